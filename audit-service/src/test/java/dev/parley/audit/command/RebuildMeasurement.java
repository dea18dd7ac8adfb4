package dev.parley.audit.command;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.Exchanges;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.TestBroker;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.store.SchemaMigration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * Records a second of a rebuild, beside those of the live store that reads the same log from its
 * beginning; both proved to hold the same. Run by hand; the argument is the number of exchanges
 * (default 20,000, of sixteen records each).
 */
final class RebuildMeasurement {

    private RebuildMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        Path folder = Files.createTempDirectory("rebuild");
        try (TestBroker broker = TestBroker.start();
                TestDatabase database = TestDatabase.start()) {
            try (AuditService idle =
                            AuditService.start(
                                    broker.bootstrapServers(),
                                    database.url(),
                                    "--parley.ingest.enabled=false");
                    Exchanges exchanges = new Exchanges(broker.bootstrapServers())) {
                Awaitility.await("topics and tables")
                        .atMost(Surroundings.PATIENCE)
                        .until(() -> idle.bean(SchemaMigration.class).isReady());
                for (int i = 0; i < count; i++) {
                    exchanges.write();
                }
            }
            long began = System.nanoTime();
            try (AuditService audit =
                    AuditService.start(broker.bootstrapServers(), database.url())) {
                long ready = System.nanoTime();
                while (stored(audit, "charges") < count
                        || stored(audit, "flow") < count * (Exchanges.RECORDS - 3L)) {
                    LockSupport.parkNanos(20_000_000);
                }
                double seconds = (System.nanoTime() - ready) / 1e9;
                System.out.printf(
                        "live store: %d records in %.1f s after its start of %.1f s, %.0f records/s%n",
                        count * Exchanges.RECORDS,
                        seconds,
                        (ready - began) / 1e9,
                        count * Exchanges.RECORDS / seconds);
            }
            Files.createDirectories(folder.resolve("secrets"));
            Files.writeString(
                    folder.resolve("secrets/connection.properties"),
                    "PARLEY_KAFKA_BOOTSTRAP_SERVERS="
                            + broker.bootstrapServers()
                            + "\nPARLEY_DB_URL="
                            + database.url()
                            + "\nPARLEY_DB_USER=postgres\nPARLEY_DB_PASSWORD=postgres\n");
            String data = folder.toString();
            AuditCommand.commandLine().execute("rebuild", "--into", "anew", "--data", data);
            AuditCommand.commandLine().execute("compare", "audit", "anew", "--data", data);
        }
        System.exit(0);
    }

    private static long stored(AuditService audit, String table) {
        return audit.database().sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}

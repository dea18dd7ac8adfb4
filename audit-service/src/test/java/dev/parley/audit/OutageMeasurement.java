package dev.parley.audit;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.Exchanges;
import dev.parley.audit.fixture.TestBroker;
import dev.parley.audit.fixture.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.springframework.dao.DataAccessException;

/**
 * How soon what is in the log can be seen, and how long after PostgreSQL's return everything is
 * stored that came while it was away; run by hand. Load: exchanges of three links and thirteen
 * checkpoints from one writer at a steady rate.
 */
final class OutageMeasurement {

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration WATCHED = Duration.ofSeconds(30);

    private final Exchanges exchanges;
    private final AtomicBoolean stop = new AtomicBoolean();

    private OutageMeasurement(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    public static void main(String[] arguments) throws InterruptedException {
        int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50;
        Duration outage =
                Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 60);
        try (TestBroker broker = TestBroker.start();
                TestDatabase database = TestDatabase.start();
                AuditService audit = AuditService.start(broker.bootstrapServers(), database.url());
                Exchanges exchanges = new Exchanges(broker.bootstrapServers())) {
            new OutageMeasurement(exchanges).run(audit, database, perSecond, outage);
        }
        System.exit(0);
    }

    private static void pass(Duration time) {
        Awaitility.await("time under load")
                .pollDelay(time)
                .atMost(time.plusSeconds(10))
                .until(() -> true);
    }

    private void run(AuditService audit, TestDatabase database, int perSecond, Duration outage)
            throws InterruptedException {
        Thread load = Thread.ofPlatform().start(() -> write(perSecond));
        pass(WARM_UP);
        visible(audit);
        database.stop();
        pass(outage);
        long missing = exchanges.written();
        database.startAgain();
        long back = System.nanoTime();
        while (stored(audit) < exchanges.written()) {
            LockSupport.parkNanos(5_000_000);
        }
        System.out.printf(
                "after %d s without PostgreSQL under %d exchanges/s (%d records/s): caught up %.2f s"
                        + " after it answered; %d exchanges when it came back%n",
                outage.toSeconds(),
                perSecond,
                perSecond * Exchanges.RECORDS,
                (System.nanoTime() - back) / 1e9,
                missing);
        stop.set(true);
        load.join();
    }

    private void write(int perSecond) {
        long next = System.nanoTime();
        while (!stop.get()) {
            exchanges.write();
            next += 1_000_000_000L / perSecond;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void visible(AuditService audit) {
        List<Double> waits = new ArrayList<>();
        long until = System.nanoTime() + WATCHED.toNanos();
        while (System.nanoTime() < until) {
            Exchanges.Sent sent = exchanges.write();
            acknowledged(sent);
            String conversation = sent.conversation();
            long acknowledged = System.nanoTime();
            while (audit.database()
                    .sql("SELECT count(*) FROM charges WHERE conversation_id = ?")
                    .param(conversation)
                    .query(Long.class)
                    .single()
                    .equals(0L)) {
                LockSupport.parkNanos(2_000_000);
            }
            waits.add((System.nanoTime() - acknowledged) / 1e6);
            LockSupport.parkNanos(50_000_000);
        }
        Collections.sort(waits);
        System.out.printf(
                "visible after the broker's acknowledgement of an exchange's last record: p50 %.0f ms,"
                        + " p99 %.0f ms, max %.0f ms (%d samples)%n",
                waits.get(waits.size() / 2),
                waits.get(waits.size() * 99 / 100),
                waits.getLast(),
                waits.size());
    }

    private static void acknowledged(Exchanges.Sent sent) {
        try {
            sent.last().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long stored(AuditService audit) {
        try {
            return audit.database().sql("SELECT count(*) FROM charges").query(Long.class).single();
        } catch (DataAccessException e) {
            return -1;
        }
    }
}

package dev.parley.audit.command;

import dev.parley.audit.ingest.Rebuild;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a store anew from the log, by the readers that the service has. */
@Command(
        name = "rebuild",
        description = {
            "Makes the audit store anew from the log, in a schema beside the live one, and ends when it"
                    + " has read what the log held at the start.",
            "Runs beside the service. A second run goes on where the first was stopped.",
            "What the live store's retention and erasures took is taken here too, and its rules,"
                    + " holds and acts are copied."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the store is made",
            "2:the command line makes no sense, or Kafka or PostgreSQL does not answer"
        })
final class RebuildCommand implements Callable<Integer> {

    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,50}");

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    Connections connections;

    @Option(
            names = "--into",
            paramLabel = "SCHEMA",
            required = true,
            description = "The new schema; made when it is not there.")
    @SuppressWarnings("NullAway.Init")
    String into;

    @Option(
            names = "--readers",
            paramLabel = "N",
            description = "Threads for each of turns and flow (default: ${DEFAULT-VALUE}).")
    int readers = 2;

    @Override
    public Integer call() throws Exception {
        if (!SCHEMA.matcher(into).matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--into: a schema's name has a-z, 0-9 and _ alone");
        }
        if (!SCHEMA.matcher(connections.schema()).matches()) {
            throw new ParameterException(
                    spec.commandLine(), "the live schema's name has more than a-z, 0-9 and _");
        }
        if (into.equals(connections.schema())) {
            throw new ParameterException(
                    spec.commandLine(), "--into: " + into + " is the schema of the live store");
        }
        PGSimpleDataSource database = connections.database(into);
        Flyway.configure()
                .dataSource(connections.database("public"))
                .locations("classpath:db/audit")
                .schemas(into)
                .defaultSchema(into)
                .load()
                .migrate();
        PrintWriter out = spec.commandLine().getOut();
        try (Rebuild rebuild = Rebuild.start(connections.kafka(), database, into, readers)) {
            while (!rebuild.awaitDone()) {
                out.println(told(rebuild.progress()));
                out.flush();
            }
            Rebuild.Progress end = rebuild.progress();
            out.println(told(end));
            end.offsets()
                    .forEach((partition, offset) -> out.println("  " + partition + " " + offset));
            out.printf(
                    Locale.ROOT,
                    "%s is made: %d records in %.1f s, %.0f records/s%n",
                    into,
                    end.read(),
                    end.seconds(),
                    end.rate());
        }
        long cut = RecordedKeeping.takeOver(database, connections.schema(), into);
        out.println(
                cut < 0
                        ? "There is no live store beside it, so that what it had dropped is here."
                        : cut + " chains are cut where the live store's retention did");
        out.flush();
        return AuditCommand.DONE;
    }

    private static String told(Rebuild.Progress progress) {
        return String.format(
                Locale.ROOT,
                "%5.1f %%  %d of %d records  %.0f/s  %s left",
                progress.share() * 100,
                progress.read(),
                progress.total(),
                progress.rate(),
                progress.rate() <= 0
                        ? "? s"
                        : (long) ((progress.total() - progress.read()) / progress.rate()) + " s");
    }
}

package dev.parley.audit.command;

import java.io.PrintWriter;
import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Proves that two stores hold the same record. */
@Command(
        name = "compare",
        description = {
            "Proves that two stores of one database hold the same: every chain link by link, with its"
                    + " bytes and its place in the log, and every row that is derived from it by digest.",
            "What one of them has read from the log and the other not yet is left out, and what the"
                    + " retention dropped from one of them."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:they are the same",
            "1:they differ; the first differences are named",
            "2:the command line makes no sense, or PostgreSQL does not answer"
        })
final class CompareCommand implements Callable<Integer> {

    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,50}");

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    Connections connections;

    @Parameters(index = "0", paramLabel = "SCHEMA_A", description = "For example audit.")
    @SuppressWarnings("NullAway.Init")
    String first;

    @Parameters(index = "1", paramLabel = "SCHEMA_B", description = "For example audit_new.")
    @SuppressWarnings("NullAway.Init")
    String second;

    @Option(
            names = "--differences",
            paramLabel = "N",
            description = "How many to name (default: ${DEFAULT-VALUE}).")
    int differences = 20;

    @Override
    public Integer call() throws Exception {
        for (String schema : new String[] {first, second}) {
            if (!SCHEMA.matcher(schema).matches()) {
                throw new ParameterException(
                        spec.commandLine(), "a schema's name has a-z, 0-9 and _ alone");
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        long began = System.nanoTime();
        try (Connection connection = connections.database("public").getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Comparison comparison = new Comparison(connection, first, second, differences);
            Comparison.Outcome outcome = comparison.run();
            outcome.tables()
                    .forEach(table ->
                            out.printf(
                                    "  %-20s %10d rows  %s%n",
                                    table.name(),
                                    table.rows(),
                                    table.same() ? "same" : "DIFFERENT"));
            outcome.differences().forEach(difference -> out.println("  " + difference));
            if (outcome.leftOut() > 0) {
                out.printf(
                        "  %d links that the retention of one of them dropped are left out%n",
                        outcome.leftOut());
            }
            out.printf(
                    "%s and %s %s: %d chains, %d links, in %.1f s%n",
                    first,
                    second,
                    outcome.same() ? "hold the same" : "DIFFER",
                    outcome.chains(),
                    outcome.links(),
                    (System.nanoTime() - began) / 1e9);
            out.flush();
            connection.rollback();
            return outcome.same() ? AuditCommand.DONE : AuditCommand.DIFFERENT;
        }
    }
}

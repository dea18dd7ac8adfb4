package dev.parley.orchestrator.ledger;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The command {@code ledger verify} of the service's jar. */
public final class LedgerCommand {

    public static final int RIGHT = 0;
    public static final int DIFFERENT = 1;
    public static final int WRONG_COMMAND = 2;
    public static final int NOT_VERIFIED = 3;

    private static final String USAGE =
            """
            Usage: parley ledger verify [options]

            Recomputes every user's account from the record (parley.turns) and compares it with what the orchestrators keep.

              --kafka HOST:PORT        the broker (default: PARLEY_KAFKA_BOOTSTRAP_SERVERS, else localhost:9092)
              --client-config FILE     further settings of the Kafka client, as a properties file
              --application-id NAME    of the orchestrators (default: parley-orchestrator)
              --zone ZONE              where days and months of cost begin (default: UTC)
              --settle SECONDS         how long an account may differ because its user is active (default: 10)

            Exit codes: 0 every account is right, 1 some differ and are named, 2 wrong command line, 3 nothing could be read
            """;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final PrintStream out;
    private final Map<String, Object> client = new HashMap<>();
    private String applicationId = "parley-orchestrator";
    private ZoneId zone = ZoneId.of("UTC");
    private Duration settle = Duration.ofSeconds(10);

    private LedgerCommand(PrintStream out, Map<String, String> environment) {
        this.out = out;
        String servers = environment.get("PARLEY_KAFKA_BOOTSTRAP_SERVERS");
        client.put(
                "bootstrap.servers",
                servers == null || servers.isBlank() ? "localhost:9092" : servers);
    }

    /**
     * @param arguments after the word {@code ledger}
     * @return the exit code
     */
    public static int run(
            List<String> arguments, Map<String, String> environment, PrintStream out) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(USAGE);
            return RIGHT;
        }
        LedgerCommand command = new LedgerCommand(out, environment);
        String wrong = command.parse(arguments);
        if (wrong != null) {
            out.println(wrong);
            out.print(USAGE);
            return WRONG_COMMAND;
        }
        try {
            return command.verify();
        } catch (KafkaException | LedgerReader.NothingToReadException e) {
            out.println("Nothing could be verified: " + e.getMessage());
            return NOT_VERIFIED;
        }
    }

    private @Nullable String parse(List<String> arguments) {
        Iterator<String> rest = arguments.iterator();
        if (!rest.hasNext() || !rest.next().equals("verify")) {
            return "The one thing that can be done with the ledger is: verify";
        }
        while (rest.hasNext()) {
            String option = rest.next();
            if (!rest.hasNext()) {
                return option + " needs a value, or is unknown.";
            }
            String value = rest.next();
            try {
                switch (option) {
                    case "--kafka" -> client.put("bootstrap.servers", value);
                    case "--application-id" -> applicationId = value;
                    case "--zone" -> zone = ZoneId.of(value);
                    case "--settle" -> settle = Duration.ofSeconds(Long.parseLong(value));
                    case "--client-config" -> client.putAll(propertiesOf(Path.of(value)));
                    default -> {
                        return "There is no option " + option + ".";
                    }
                }
            } catch (DateTimeException | NumberFormatException | IOException e) {
                return option + " " + value + ": " + e.getMessage();
            }
        }
        return null;
    }

    private int verify() {
        LedgerVerification verification = new LedgerVerification(zone);
        long deadline = System.nanoTime() + settle.toNanos();
        try (LedgerReader reader = new LedgerReader(verification, client, applicationId)) {
            while (true) {
                reader.catchUp();
                LedgerVerification.Report report = verification.report(Instant.now());
                if (report.differences().isEmpty() || System.nanoTime() > deadline) {
                    return print(report);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private int print(LedgerVerification.Report report) {
        report.differences()
                .forEach((user, found) -> found.forEach(line -> out.println(user + ": " + line)));
        out.println(
                report.users()
                        + " users, "
                        + report.charges()
                        + " charges, "
                        + report.tokens()
                        + " tokens, cost "
                        + report.cost().toPlainString()
                        + ": "
                        + (report.differences().isEmpty()
                                ? "every account is right."
                                : report.differences().size() + " accounts differ."));
        return report.differences().isEmpty() ? RIGHT : DIFFERENT;
    }

    private static Map<String, Object> propertiesOf(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, Object> config = new HashMap<>();
        properties.stringPropertyNames().forEach(n -> config.put(n, properties.getProperty(n)));
        return config;
    }
}

package dev.parley.audit.command;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Option;

/**
 * Where Kafka and PostgreSQL are: as the variables of the service say, or as the running
 * one-command process left it in its data folder.
 */
final class Connections {

    private static final String CONNECTION_FILE = "secrets/connection.properties";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Folder of a running one-command process (default: ./data where the variables"
                            + " PARLEY_KAFKA_BOOTSTRAP_SERVERS and PARLEY_DB_URL are not set).")
    @Nullable Path data;

    private @Nullable Map<String, String> variables;

    String schema() {
        return variable("PARLEY_DB_SCHEMA", "audit");
    }

    KafkaClients kafka() {
        Map<String, String> client = new HashMap<>();
        System.getenv()
                .forEach((name, value) -> {
                    if (name.startsWith("PARLEY_KAFKA_CLIENT_")) {
                        client.put(
                                name.substring("PARLEY_KAFKA_CLIENT_".length())
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', '.'),
                                value);
                    }
                });
        return new KafkaClients(
                new KafkaSettings(
                        variable("PARLEY_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
                        1,
                        (short) -1,
                        Duration.ofHours(6),
                        null,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        client),
                Instance.of("audit-command", new SecureRandom()));
    }

    /** Connections that look into {@code schema} first. */
    PGSimpleDataSource database(String schema) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(variable("PARLEY_DB_URL", "jdbc:postgresql://localhost:5432/parley"));
        source.setUser(variable("PARLEY_DB_USER", "parley"));
        source.setPassword(variable("PARLEY_DB_PASSWORD", ""));
        source.setCurrentSchema(schema);
        return source;
    }

    private String variable(String name, String fallback) {
        Map<String, String> known = variables;
        if (known == null) {
            known = read();
            variables = known;
        }
        return known.getOrDefault(name, fallback);
    }

    private Map<String, String> read() {
        Map<String, String> found = new HashMap<>(System.getenv());
        found.values().removeIf(String::isBlank);
        boolean told =
                found.containsKey("PARLEY_KAFKA_BOOTSTRAP_SERVERS")
                        || found.containsKey("PARLEY_DB_URL");
        Path folder = data == null ? Path.of("data") : data;
        Path file = folder.resolve(CONNECTION_FILE);
        if (data == null && (told || !Files.exists(file))) {
            return found;
        }
        try (Reader in = Files.newBufferedReader(file)) {
            Properties written = new Properties();
            written.load(in);
            written.forEach((name, value) -> found.put((String) name, (String) value));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException(folder + " is not the folder of a running process", e));
        }
    }
}

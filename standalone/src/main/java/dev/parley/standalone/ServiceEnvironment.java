package dev.parley.standalone;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a person would set by hand to run the services separately.
 *
 * <p>What the environment of the process says wins, but for the addresses of parts that live here.
 */
final class ServiceEnvironment {

    private ServiceEnvironment() {}

    /**
     * What was started for this run.
     *
     * @param kafka absent when the environment names a broker
     * @param postgres absent when the environment names a database
     */
    record Stores(@Nullable EmbeddedKafka kafka, @Nullable EmbeddedPostgres postgres) {}

    static Map<String, String> of(
            RunSettings settings, Secrets secrets, Stores stores, Map<String, Integer> portOf) {
        Map<String, String> variables = new HashMap<>(settings.environment());
        variables.values().removeIf(String::isBlank);
        if (stores.kafka() != null) {
            variables.put("PARLEY_KAFKA_BOOTSTRAP_SERVERS", stores.kafka().bootstrapServers());
        }
        if (stores.postgres() != null) {
            variables.put("PARLEY_DB_URL", stores.postgres().jdbcUrl());
            variables.put("PARLEY_DB_USER", stores.postgres().user());
            variables.put("PARLEY_DB_PASSWORD", stores.postgres().password());
        }
        boolean ownIssuer = settings.variable("PARLEY_JWKS_URI") == null;
        variables.putIfAbsent("PARLEY_DEMO_LOGIN", Boolean.toString(ownIssuer));
        variables.putIfAbsent("PARLEY_QUERY_TOKEN", "true");
        if (ownIssuer) {
            variables.computeIfAbsent(
                    "PARLEY_JWT_SECRET", name -> secrets.keep("jwt-secret", Secrets::randomKey));
            variables.computeIfAbsent(
                    "PARLEY_DEMO_PASSWORD",
                    name -> secrets.keep("demo-password", Secrets::randomPassword));
        }
        variables.computeIfAbsent(
                "PARLEY_MASTER_KEY", name -> secrets.keep("master-key", Secrets::randomKey));
        variables.computeIfAbsent(
                "PARLEY_AUDIT_SIGNING_KEY",
                name -> secrets.keep("audit-signing-key", Secrets::randomKey));
        variables.put("PARLEY_AUDIT_URL", url(portOf.get(Standalone.AUDIT)));
        variables.put("PARLEY_ORCHESTRATOR_URL", url(portOf.get(Standalone.ORCHESTRATOR)));
        variables.put("PARLEY_PORT", Integer.toString(settings.port()));
        variables.put("PARLEY_MANAGEMENT_PORT", Integer.toString(settings.managementPort()));
        return Map.copyOf(variables);
    }

    /** Where the commands of an operator find what runs here. */
    static void tellCommands(Secrets secrets, Map<String, String> variables) {
        StringBuilder lines = new StringBuilder();
        for (String name :
                List.of(
                        "PARLEY_KAFKA_BOOTSTRAP_SERVERS",
                        "PARLEY_DB_URL",
                        "PARLEY_DB_USER",
                        "PARLEY_DB_PASSWORD")) {
            lines.append(name).append('=').append(variables.getOrDefault(name, "")).append('\n');
        }
        secrets.put("connection.properties", lines.toString());
    }

    private static String url(@Nullable Integer port) {
        return "http://" + LoopbackPorts.ADDRESS + ":" + port;
    }
}

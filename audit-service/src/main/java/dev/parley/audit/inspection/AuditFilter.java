package dev.parley.audit.inspection;

import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Parameters;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The filters of the audit lists; each that is given narrows.
 *
 * @param tool a tool's name, alone or as {@code server__tool}
 * @param from inclusive
 * @param to exclusive
 * @param minLatencyMs from the message's link to the end of its answer
 * @param minFirstTokenMs from the message's link to the first token of its answer
 */
record AuditFilter(
        @Nullable String user,
        @Nullable String team,
        @Nullable String role,
        @Nullable String model,
        @Nullable String tool,
        @Nullable String status,
        @Nullable String code,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String query,
        @Nullable Long minLatencyMs,
        @Nullable Long minFirstTokenMs,
        @Nullable Cursor after,
        int limit) {

    private static final String RUNNING = "running";

    /** From here on answers stand in the partial indexes of slow ones. */
    private static final long SLOW_MS = 10_000;

    private static final long SLOW_TO_BEGIN_MS = 2_000;

    static AuditFilter of(Map<String, String> parameters) {
        return new AuditFilter(
                text(parameters, "user"),
                text(parameters, "team"),
                text(parameters, "role"),
                text(parameters, "model"),
                text(parameters, "tool"),
                text(parameters, "status"),
                text(parameters, "code"),
                Parameters.time("from", parameters.get("from")),
                Parameters.time("to", parameters.get("to")),
                text(parameters, "query"),
                number(parameters, "min_latency_ms"),
                number(parameters, "min_first_token_ms"),
                Cursor.decoded(parameters.get("after")),
                Parameters.limit(parameters));
    }

    /** Whether it asks for something that only an answer has. */
    boolean asksOfAnswers() {
        return model != null
                || code != null
                || minLatencyMs != null
                || minFirstTokenMs != null
                || status != null && !status.equals(RUNNING);
    }

    /** Whether it asks for answers that are so slow that they have an index of their own. */
    boolean asksOfSlow() {
        return minLatencyMs != null && minLatencyMs >= SLOW_MS
                || minFirstTokenMs != null && minFirstTokenMs >= SLOW_TO_BEGIN_MS;
    }

    boolean isRunning() {
        return RUNNING.equals(status);
    }

    /** The parameters as they are written down. */
    static Map<String, String> written(Map<String, String> parameters) {
        return new TreeMap<>(parameters);
    }

    static @Nullable String text(Map<String, String> parameters, String name) {
        return Parameters.filter(name, parameters.get(name));
    }

    private static @Nullable Long number(Map<String, String> parameters, String name) {
        String text = parameters.get(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Parameters.bad(name + " must be a whole number.");
        }
    }
}

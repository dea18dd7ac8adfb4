package dev.parley.audit.inspection;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message of anybody, with its end.
 *
 * @param status running, done, stopped or failed
 * @param firstTokenMs from the message's link to the first token; null without one
 * @param latencyMs to the end of the answer
 * @param text what was asked; null when it cannot be read, as {@code answer}
 */
record AuditedMessage(
        String messageId,
        String conversationId,
        long ordinal,
        Instant at,
        String user,
        @Nullable String team,
        String role,
        @Nullable String entrance,
        @Nullable String model,
        String status,
        @Nullable String code,
        @Nullable Long tokensInput,
        @Nullable Long tokensOutput,
        @Nullable Long tokensCached,
        @Nullable BigDecimal cost,
        @Nullable Integer attempt,
        @Nullable Long firstTokenMs,
        @Nullable Long latencyMs,
        @Nullable String worker,
        @Nullable String text,
        @Nullable String answer) {}

package dev.parley.audit.inspection;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that was not admitted, and why.
 *
 * @param limit the name of the limit that refused
 * @param text what was asked; null when it cannot be read
 */
record AuditedRefusal(
        String messageId,
        String conversationId,
        long ordinal,
        Instant at,
        String user,
        @Nullable String team,
        String role,
        @Nullable String entrance,
        @Nullable String model,
        String code,
        @Nullable String limit,
        @Nullable String text) {

    AuditedRefusal withText(@Nullable String opened) {
        return new AuditedRefusal(
                messageId,
                conversationId,
                ordinal,
                at,
                user,
                team,
                role,
                entrance,
                model,
                code,
                limit,
                opened);
    }
}

package dev.parley.audit.history;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A conversation in a list.
 *
 * @param title what its owner called it, or the beginning of its first message; null when erased
 * @param user only in answers to auditors, as {@code team} and {@code role}
 * @param messages how many the user sent
 */
public record ConversationSummary(
        String id,
        @Nullable String title,
        boolean archived,
        Instant createdAt,
        Instant updatedAt,
        long messages,
        @Nullable String user,
        @Nullable String team,
        @Nullable String role) {

    /** The name that frames use. */
    @JsonProperty("conversation_id")
    public String conversationId() {
        return id;
    }
}

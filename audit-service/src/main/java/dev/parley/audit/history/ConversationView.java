package dev.parley.audit.history;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.audit.history.TurnView.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation.
 *
 * @param user whose
 * @param links how many the chain has in the record
 * @param complete whether no link is missing before the last one
 * @param truncated whether there are more turns than an answer carries
 * @param droppedAt when the retention took its turns up to then; null when it did not
 * @param usage of all turns together
 */
public record ConversationView(
        String id,
        @Nullable String title,
        boolean archived,
        Instant createdAt,
        Instant updatedAt,
        String user,
        @Nullable String team,
        String role,
        long messages,
        long links,
        boolean complete,
        boolean truncated,
        @Nullable Instant droppedAt,
        Usage usage,
        List<TurnView> turns) {

    /** The name that frames use. */
    @JsonProperty("conversation_id")
    public String conversationId() {
        return id;
    }
}

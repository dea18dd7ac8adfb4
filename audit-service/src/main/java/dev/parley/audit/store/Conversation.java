package dev.parley.audit.store;

import dev.parley.schemas.chain.ConversationChain;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** What is known of a conversation without opening a link; written by the ingest alone. */
@Entity
@Immutable
@Table(name = "conversations")
@SuppressWarnings("NullAway.Init")
public class Conversation {

    @Id private String id;
    private String userId;
    private @Nullable String team;
    private String role;
    private Instant firstAt;
    private Instant lastAt;
    private long links;
    private long maxOrdinal;
    private long messages;
    private @Nullable Instant droppedAt;
    private @Nullable Long droppedThrough;
    private @Nullable String droppedHash;

    protected Conversation() {}

    public String id() {
        return id;
    }

    /** The owner: the person of its first link. */
    public String userId() {
        return userId;
    }

    public @Nullable String team() {
        return team;
    }

    public String role() {
        return role;
    }

    public Instant firstAt() {
        return firstAt;
    }

    public Instant lastAt() {
        return lastAt;
    }

    public long links() {
        return links;
    }

    public long messages() {
        return messages;
    }

    /** When the retention took its turns so far; null when it did not. */
    public @Nullable Instant droppedAt() {
        return droppedAt;
    }

    /** Where the links begin that are kept: at the start, or after what the retention took. */
    public ConversationChain.Head keptFrom() {
        return droppedThrough == null || droppedHash == null
                ? ConversationChain.Head.START
                : new ConversationChain.Head(droppedThrough + 1, droppedHash);
    }

    /** The highest number of a link. */
    public long maxOrdinal() {
        return maxOrdinal;
    }

    /** Whether every number up to the last one is there. */
    public boolean isComplete() {
        return links == maxOrdinal + 1;
    }
}

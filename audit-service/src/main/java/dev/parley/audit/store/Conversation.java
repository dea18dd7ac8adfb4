package dev.parley.audit.store;

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

    /** Whether every number up to the last one is there. */
    public boolean isComplete() {
        return links == maxOrdinal + 1;
    }
}

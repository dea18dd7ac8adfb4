package dev.parley.audit.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A link of a conversation's chain; written by the ingest alone. */
@Entity
@Immutable
@Table(name = "links")
@IdClass(Link.Key.class)
@SuppressWarnings("NullAway.Init")
public class Link {

    /** Number and time: the time is in it because the table is partitioned by it. */
    public record Key(String conversationId, long ordinal, Instant at) {}

    @Id private String conversationId;
    @Id private long ordinal;
    @Id private Instant at;
    private String userId;
    private String kind;
    private String messageId;
    private String record;
    private String hash;
    private int kafkaPartition;
    private long kafkaOffset;

    protected Link() {}

    public String conversationId() {
        return conversationId;
    }

    public long ordinal() {
        return ordinal;
    }

    public Instant at() {
        return at;
    }

    public String userId() {
        return userId;
    }

    public String kind() {
        return kind;
    }

    public String messageId() {
        return messageId;
    }

    /** The JSON as it stood in the log; what the hash is made of. */
    public String json() {
        return record;
    }

    public String hash() {
        return hash;
    }

    public int kafkaPartition() {
        return kafkaPartition;
    }

    public long kafkaOffset() {
        return kafkaOffset;
    }
}

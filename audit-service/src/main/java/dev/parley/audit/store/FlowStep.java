package dev.parley.audit.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A checkpoint; written by the ingest alone. */
@Entity
@Immutable
@Table(name = "flow")
@IdClass(FlowStep.Key.class)
@SuppressWarnings("NullAway.Init")
public class FlowStep {

    /** Message, time, and what tells two steps of one microsecond apart. */
    public record Key(String messageId, Instant startedAt, long digest) {}

    @Id private String messageId;
    @Id private Instant startedAt;
    @Id private long digest;
    private @Nullable String conversationId;
    private String userId;
    private String name;
    private String service;
    private String instance;
    private long durationUs;
    private String status;
    private String detail;
    private int kafkaPartition;
    private long kafkaOffset;

    protected FlowStep() {}

    public String messageId() {
        return messageId;
    }

    public Instant startedAt() {
        return startedAt;
    }

    public @Nullable String conversationId() {
        return conversationId;
    }

    public String userId() {
        return userId;
    }

    public String name() {
        return name;
    }

    public String service() {
        return service;
    }

    public String instance() {
        return instance;
    }

    public long durationUs() {
        return durationUs;
    }

    public String status() {
        return status;
    }

    /** JSON object of small facts. */
    public String detail() {
        return detail;
    }
}

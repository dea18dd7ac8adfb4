package dev.parley.autoconfigure.flow;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaOperations;

/** Publishes checkpoints of this instance without making the message wait for them. */
public final class FlowRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(FlowRecorder.class);

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final Instance instance;

    public FlowRecorder(
            KafkaOperations<String, byte[]> kafka, Outbound outbound, Instance instance) {
        this.kafka = kafka;
        this.outbound = outbound;
        this.instance = instance;
    }

    /** The message that checkpoints belong to. */
    public record Of(String messageId, @Nullable String conversationId, String userId) {}

    /** Publishes a checkpoint; a failure is logged, since the answer matters more. */
    public void record(
            Of message,
            String name,
            Instant startedAt,
            Duration duration,
            String status,
            Map<String, String> detail) {
        Checkpoint checkpoint = checkpoint(message, name, startedAt, duration, status, detail);
        try {
            kafka.send(outbound.event(Topic.FLOW, message.messageId(), checkpoint, null))
                    .whenComplete((sent, failure) -> {
                        if (failure != null) {
                            lost(message, name, failure);
                        }
                    });
        } catch (KafkaException e) {
            lost(message, name, e);
        }
    }

    private static void lost(Of message, String name, Throwable failure) {
        LOG.warn("checkpoint {} of {} is lost: {}", name, message.messageId(), failure.toString());
    }

    /**
     * A checkpoint of this instance, for writers that publish it themselves (within a transaction).
     */
    public Checkpoint checkpoint(
            Of message,
            String name,
            Instant startedAt,
            Duration duration,
            String status,
            Map<String, String> detail) {
        return new Checkpoint(
                message.messageId(),
                message.conversationId(),
                message.userId(),
                name,
                instance.service(),
                instance.id(),
                startedAt.truncatedTo(ChronoUnit.MICROS),
                duration.toNanos() / 1_000,
                status,
                detail);
    }
}

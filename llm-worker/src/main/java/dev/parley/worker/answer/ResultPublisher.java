package dev.parley.worker.answer;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.ResultEvent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaOperations;

/** Publishes what became of a job, keyed by user, in the order of the calls. */
public final class ResultPublisher {

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;

    public ResultPublisher(KafkaOperations<String, byte[]> kafka, Outbound outbound) {
        this.kafka = kafka;
        this.outbound = outbound;
    }

    /** Completes when the broker has it (acks=all); a send that cannot begin fails the future. */
    public CompletableFuture<?> publish(ResultEvent result, @Nullable String traceparent) {
        try {
            return kafka.send(outbound.event(Topic.RESULTS, result.userId(), result, traceparent));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}

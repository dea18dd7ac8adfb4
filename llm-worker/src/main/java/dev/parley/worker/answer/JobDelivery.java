package dev.parley.worker.answer;

import dev.parley.schemas.record.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as the share group delivered it.
 *
 * @param delivery how often it was delivered, from 1
 * @param receivedAt when this worker had it
 */
public record JobDelivery(Job job, int delivery, Instant receivedAt, @Nullable String traceparent) {

    /** The delivery, counted on from the job that parked the answer. */
    public int attempt() {
        return job.attemptBase() + delivery;
    }

    /** Whether another worker, or this one, has begun it before. */
    public boolean isTakeover() {
        return delivery > 1 || job.takeovers() > 0;
    }
}

package dev.parley.worker.answer;

import dev.parley.schemas.record.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as the share group delivered it.
 *
 * @param partition and {@code offset}: where it stands, the same for each delivery of one record
 * @param delivery how often it was delivered, from 1
 * @param receivedAt when this worker had it
 */
public record JobDelivery(
        Job job,
        int partition,
        long offset,
        int delivery,
        Instant receivedAt,
        @Nullable String traceparent) {

    /** The delivery, counted on from the job that parked the answer. */
    public int attempt() {
        return job.attemptBase() + delivery;
    }

    /** Whether another worker, or this one, has begun it before. */
    public boolean isTakeover() {
        return delivery > 1 || job.takeovers() > 0;
    }

    /** Whether both are deliveries of one record, and not two records of one job. */
    public boolean isSameRecord(JobDelivery other) {
        return partition == other.partition && offset == other.offset;
    }
}

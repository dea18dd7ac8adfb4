package dev.parley.worker.answer;

import dev.parley.schemas.record.Job;
import org.jspecify.annotations.Nullable;

/** What stands on a lane of an answer that an earlier attempt has begun. */
@FunctionalInterface
public interface LaneMemory {

    /**
     * Text that clients have seen.
     *
     * @param nextSeq number of the token frame that would follow
     * @param tools whether a tool was called in between
     */
    record Shown(String text, long nextSeq, boolean tools) {}

    /** What attempts before {@code attempt} have shown; null when that cannot be found out. */
    @Nullable Shown before(Job job, int attempt);
}

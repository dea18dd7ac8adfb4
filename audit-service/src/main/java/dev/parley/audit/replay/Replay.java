package dev.parley.audit.replay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One conversation once more, as it stands in the table.
 *
 * @param speed 1 is the original; 0 is as fast as possible
 * @param idleMaxMs longest silence between two answers; null: as long as it was
 * @param positionMs how far it was played
 * @param epoch counts the words of whoever controls it
 * @param seeks counts those that moved it
 */
record Replay(
        String id,
        Mode mode,
        State state,
        String conversationId,
        String requestedBy,
        String requestedRole,
        Instant requestedAt,
        double speed,
        @Nullable Long idleMaxMs,
        long positionMs,
        long epoch,
        long seeks,
        @Nullable String model,
        @Nullable String derivedId,
        @Nullable String rerunId,
        @Nullable String error) {

    enum Mode {
        TIMING,
        RERUN;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Running → paused → running; either → cancelled; running → done or failed. A replay at its
     * timing that is done runs again when it is sought back.
     */
    enum State {
        RUNNING,
        PAUSED,
        DONE,
        FAILED,
        CANCELLED;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        boolean isOver() {
            return this != RUNNING && this != PAUSED;
        }
    }
}

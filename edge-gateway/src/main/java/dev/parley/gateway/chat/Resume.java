package dev.parley.gateway.chat;

import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a session can go on from a cursor; pure. */
final class Resume {

    /**
     * Records before the oldest unfinished message that are read again, so that late records of
     * messages that had just ended are still known for what they are.
     */
    static final int LOOK_BACK = 64;

    private Resume() {}

    /** What the client asks for. */
    record Request(String sessionId, @Nullable String cursor) {}

    /**
     * The cursor to go on from; null: the session is unknown, another's, or over, or frames after
     * the cursor are gone.
     */
    static @Nullable Cursor from(
            @Nullable SessionState state,
            String userId,
            @Nullable String cursorText,
            Instant now,
            Duration window) {
        if (state == null || !state.userId().equals(userId)) {
            return null;
        }
        if (!state.attached() && state.changedAt().plus(window).isBefore(now)) {
            return null;
        }
        Cursor cursor = cursorText == null ? Cursor.START : Cursor.parse(cursorText);
        return cursor != null && nothingIsGone(cursor, state.lease(), state.released())
                ? cursor
                : null;
    }

    private static boolean nothingIsGone(
            Cursor cursor, @Nullable LaneLease lease, @Nullable LaneLease released) {
        if (LanePlace.isOf(cursor, lease)) {
            return true;
        }
        if (released == null) {
            return cursor.lane() < 0;
        }
        return LanePlace.isOf(cursor, released) && cursor.offset() >= released.startOffset();
    }
}

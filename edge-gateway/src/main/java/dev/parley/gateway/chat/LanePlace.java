package dev.parley.gateway.chat;

import dev.parley.gateway.lane.AnswerFilter;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.lane.LaneFrame;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a session stands in its lane. {@code processed} is the lane's offset up to which everything
 * was given to the client or rightly kept from it; every cursor is made of it. Guarded by its
 * session, but for the lease, which is read anywhere.
 */
final class LanePlace {

    static final LaneLease NO_LEASE = new LaneLease(-1, 0, 0);

    private final AnswerFilter filter = new AnswerFilter();
    private volatile LaneLease lease = NO_LEASE;
    private @Nullable LaneLease released;
    private long processed = -1;
    private long writtenTo;

    /** Up to here the client had everything before this connection. */
    private long shownBefore = -1;

    /** Of the client's cursor, until everything before it was read again. */
    private List<Cursor.Shift> shiftsBefore = List.of();

    /** What becomes of a frame of the lane. */
    enum Fate {
        /** It was dealt with before, or is a lost attempt's. */
        IGNORED,
        /** The client has it from a connection before. */
        KNOWN,
        /** The client gets it now. */
        FRESH
    }

    static boolean isOf(Cursor cursor, @Nullable LaneLease lease) {
        return lease != null && cursor.lane() == lease.lane() && cursor.epoch() == lease.epoch();
    }

    /**
     * Goes on from what another connection of the session recorded, and where the client is.
     *
     * @param laneEnd up to where the lane was written then
     */
    void restore(SessionState from, Cursor cursor, long laneEnd) {
        released = from.released();
        if (from.lease() == null) {
            return;
        }
        lease = from.lease();
        writtenTo = laneEnd;
        boolean here = isOf(cursor, lease);
        shownBefore = here ? cursor.offset() : lease.startOffset() - 1;
        long back = here ? cursor.back() + Resume.LOOK_BACK : 0;
        processed = Math.max(lease.startOffset() - 1, shownBefore - back);
        shiftsBefore = here ? cursor.shifts() : List.of();
        from.pending().stream()
                .filter(p -> p.since() > 0)
                .forEach(p -> filter.reopen(p.messageId(), p.since() - 1));
    }

    LaneLease lease() {
        return lease;
    }

    @Nullable LaneLease released() {
        return released;
    }

    boolean isLeased() {
        return lease != NO_LEASE;
    }

    /** The lane's offset from which it is to be read. */
    long next() {
        return processed + 1;
    }

    /** Up to where the lane was known to be written when this connection took it over. */
    long writtenTo() {
        return writtenTo;
    }

    void take(LaneLease fresh) {
        lease = fresh;
        processed = fresh.startOffset() - 1;
        shownBefore = processed;
    }

    void giveBack() {
        released = new LaneLease(lease.lane(), lease.epoch(), processed);
        lease = NO_LEASE;
    }

    /** A message that had ended is submitted again. */
    void reopen(String messageId) {
        filter.reopen(messageId, processed);
    }

    /** Takes note of the frame; the position stays before it until {@link #passed}. */
    Fate fate(LaneFrame frame) {
        String id = frame.messageId();
        if (frame.offset() <= processed) {
            return Fate.IGNORED;
        }
        if (!id.isEmpty()
                && !filter.passes(
                        frame.offset(), id, frame.attempt(), frame.worker(), frame.kind())) {
            processed = frame.offset();
            return Fate.IGNORED;
        }
        return frame.offset() <= shownBefore ? Fate.KNOWN : Fate.FRESH;
    }

    void passed(LaneFrame frame) {
        processed = frame.offset();
    }

    /** Whether frames that the client has are still read again. */
    boolean isCatchingUp() {
        return isLeased() && processed < shownBefore;
    }

    long firstOffset(String messageId) {
        return messageId.isEmpty() ? -1 : filter.firstOffset(messageId);
    }

    /** Of the frame that is being delivered. */
    Cursor cursor(long accepted) {
        LaneLease of = lease;
        if (of == NO_LEASE) {
            LaneLease last = released;
            return last == null
                    ? new Cursor(-1, 0, -1, 0, accepted)
                    : new Cursor(last.lane(), last.epoch(), last.startOffset(), 0, accepted);
        }
        long since = filter.unfinishedSince(processed);
        return new Cursor(of.lane(), of.epoch(), processed, processed - since, accepted);
    }

    /** While missed frames are still read again, the client's own position. */
    Cursor shownCursor(long accepted) {
        if (!isCatchingUp()) {
            return cursor(accepted);
        }
        return new Cursor(
                lease.lane(),
                lease.epoch(),
                shownBefore,
                shownBefore - Math.min(shownBefore, processed),
                accepted,
                shiftsBefore);
    }

    List<Cursor.Shift> shiftsBefore() {
        return shiftsBefore;
    }
}

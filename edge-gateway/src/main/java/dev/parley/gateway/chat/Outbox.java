package dev.parley.gateway.chat;

import dev.parley.gateway.lane.Cursor;
import dev.parley.schemas.frame.CloseCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames on their way to one client, in order, one write at a time. While a write runs frames wait;
 * waiting tokens are merged, and past the limit the client is let go. Nobody who offers a frame
 * ever waits.
 */
final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private enum Phase {
        IDLE,
        /** The transport's write was called and has not returned. */
        STARTING,
        /** It ended before it returned. */
        ENDED_AT_ONCE,
        /** It returned, and ends later. */
        PENDING
    }

    private final Transport transport;
    private final int charsMax;
    private final Runnable overflowed;
    private final SeqShifts shifts = new SeqShifts();

    // Guarded by this.
    private @Nullable Deque<WaitingFrame> queue;
    private int chars;
    private Phase phase = Phase.IDLE;
    private @Nullable CloseCode closeWith;
    private boolean closed;

    /** {@code overflowed} is called at most once, by the thread that offered the frame too much. */
    Outbox(Transport transport, int charsMax, Runnable overflowed) {
        this.transport = transport;
        this.charsMax = charsMax;
        this.overflowed = overflowed;
    }

    void offer(WaitingFrame frame) {
        boolean tooMuch = false;
        synchronized (this) {
            if (closed || closeWith != null) {
                return;
            }
            if (queue == null) {
                queue = new ArrayDeque<>(2);
            }
            queue.add(frame);
            chars += frame.json().length();
            if (chars > charsMax) {
                queue = TokenMerge.compact(queue);
                chars = queue.stream().mapToInt(f -> f.json().length()).sum();
                tooMuch = chars > charsMax;
                if (tooMuch) {
                    closed = true;
                    queue = null;
                }
            }
            if (!tooMuch) {
                if (phase != Phase.IDLE) {
                    return;
                }
                phase = Phase.STARTING;
            }
        }
        if (tooMuch) {
            overflowed.run();
        } else {
            pump();
        }
    }

    /** Closes after everything that was offered is written. */
    void closeAfter(CloseCode code) {
        synchronized (this) {
            if (closed || closeWith != null) {
                return;
            }
            closeWith = code;
            if (phase != Phase.IDLE) {
                return;
            }
            phase = Phase.STARTING;
        }
        pump();
    }

    /** Nothing more is written. */
    synchronized void stop() {
        closed = true;
        queue = null;
    }

    /** What the client's cursor says of tokens that were merged on connections before. */
    synchronized void restore(List<Cursor.Shift> before) {
        shifts.restore(before);
    }

    /** A message of before this connection was read again. */
    synchronized void learn(String messageId, long firstOffset) {
        shifts.learn(messageId, firstOffset);
    }

    synchronized void allRead() {
        shifts.allRead();
    }

    /** Characters that wait. */
    synchronized int waiting() {
        return chars;
    }

    private void pump() {
        while (true) {
            OutFrame frame;
            CloseCode code;
            synchronized (this) {
                code = closeWith;
                frame = next();
                if (frame == null) {
                    phase = Phase.IDLE;
                    if (closed || code == null) {
                        return;
                    }
                    closed = true;
                } else {
                    phase = Phase.STARTING;
                }
            }
            if (frame == null) {
                if (code != null) {
                    transport.close(code);
                }
                return;
            }
            try {
                transport.write(frame, this::written);
            } catch (RuntimeException e) {
                LOG.warn("a frame could not be handed to its line", e);
                written(false);
            }
            synchronized (this) {
                if (phase == Phase.STARTING) {
                    phase = Phase.PENDING;
                    return;
                }
            }
        }
    }

    private @Nullable OutFrame next() {
        if (closed || queue == null || queue.isEmpty()) {
            return null;
        }
        WaitingFrame frame = TokenMerge.take(queue);
        if (queue.isEmpty()) {
            queue = null;
            chars = 0;
        } else {
            chars =
                    frame.merged() == 0
                            ? Math.max(0, chars - frame.json().length())
                            : queue.stream().mapToInt(f -> f.json().length()).sum();
        }
        return shifts.render(frame);
    }

    private void written(boolean success) {
        boolean broken;
        boolean returned;
        synchronized (this) {
            broken = !success && !closed;
            if (!success) {
                closed = true;
                queue = null;
            }
            returned = phase != Phase.STARTING;
            if (!returned) {
                phase = Phase.ENDED_AT_ONCE;
            }
        }
        if (broken) {
            // A line that took a frame and lost it must end, or its client would wait for ever.
            transport.abort();
        }
        if (returned) {
            pump();
        }
    }
}

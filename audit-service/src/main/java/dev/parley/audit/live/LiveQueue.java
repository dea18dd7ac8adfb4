package dev.parley.audit.live;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one reader. Writers never wait: a full queue loses its oldest frame, and the
 * reader is told how many were lost, in their place. A reader who does not take a frame in time is
 * closed.
 */
public final class LiveQueue {

    private final int capacity;
    private final Duration beat;
    private final Line line;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Deque<String> waiting = new ArrayDeque<>();
    private long dropped;
    private boolean ended;

    public LiveQueue(LiveSettings settings, Line line) {
        this.capacity = settings.queue();
        this.beat = settings.beat();
        this.line = line;
    }

    public void offer(String json) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            if (waiting.size() >= capacity) {
                waiting.removeFirst();
                dropped++;
            }
            waiting.addLast(json);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come; what waits is still sent. */
    public void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Sends until the end or until the reader is gone; for the reader's own thread. */
    public void drain() {
        try {
            while (line.isOpen()) {
                String next = next();
                if (next == null) {
                    line.close(CloseCode.GOING_AWAY);
                    return;
                }
                if (next.isEmpty()) {
                    line.beat();
                } else {
                    line.send(next);
                }
            }
        } catch (IOException e) {
            line.close(CloseCode.TOO_SLOW);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            line.close(CloseCode.GOING_AWAY);
        } finally {
            end();
        }
    }

    /** A frame; empty when it is time for a beat; null at the end. */
    private @Nullable String next() throws InterruptedException {
        lock.lock();
        try {
            long left = beat.toNanos();
            while (waiting.isEmpty() && dropped == 0 && !ended) {
                if (left <= 0) {
                    return "";
                }
                left = changed.awaitNanos(left);
            }
            if (dropped > 0) {
                long lost = dropped;
                dropped = 0;
                return "{\"type\":\"dropped\",\"count\":" + lost + "}";
            }
            return waiting.pollFirst();
        } finally {
            lock.unlock();
        }
    }
}

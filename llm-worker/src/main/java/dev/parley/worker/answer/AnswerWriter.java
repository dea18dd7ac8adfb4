package dev.parley.worker.answer;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.ChunkTimes;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one attempt to the lane and keeps the text that they make.
 *
 * <p>Merging follows Nagle's rule: a token goes out at once when no frame of this answer is on its
 * way to the broker, and otherwise waits for that frame's acknowledgement, at most for the merge
 * window, sharing its frame with the tokens that follow it. A stream slower than the broker is thus
 * never delayed, and a faster one costs a frame for each round trip. No timer is needed: what waits
 * is sent by the acknowledgement or by the next token.
 */
final class AnswerWriter {

    /** A frame grows no further than this by merging, so that it fits in any client's buffer. */
    private static final int FRAME_CHARS_MAX = 8_192;

    /** A piece that left, by {@link System#nanoTime()}. */
    private record Sent(long nanos, int chars) {}

    private final LaneSender lane;
    private final Outbound outbound;
    private final Job job;
    private final int attempt;
    private final long mergeWindowNanos;
    private final Executor flusher;

    private final WholeCharacters characters = new WholeCharacters();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition acknowledged = lock.newCondition();

    // Guarded by lock.
    private final StringBuilder text = new StringBuilder();
    private int sentChars;
    private long waitingSince;
    private int onTheWay;
    private long seq;
    private final List<Sent> sent = new ArrayList<>();
    private @Nullable Exception failure;

    /**
     * @param flusher runs the sends that an acknowledgement makes due, off the producer's thread
     */
    AnswerWriter(
            LaneSender lane,
            Outbound outbound,
            Job job,
            int attempt,
            Duration mergeWindow,
            Executor flusher) {
        this.lane = lane;
        this.outbound = outbound;
        this.job = job;
        this.attempt = attempt;
        this.mergeWindowNanos = mergeWindow.toNanos();
        this.flusher = flusher;
    }

    /** Goes on after what the answer had before it was parked. Before anything else. */
    void resume(String shown, long nextSeq) {
        lock.lock();
        try {
            text.append(shown);
            sentChars = shown.length();
            seq = nextSeq;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells the client that an earlier attempt's text is void, but for what was resumed. Before any
     * token.
     */
    void restart() {
        lock.lock();
        try {
            send("restart", new ServerFrame.Restart(job.messageId(), attempt, sentChars));
        } finally {
            lock.unlock();
        }
    }

    /** Writes a frame that is no text, after all text so far. */
    void tool(String kind, ServerFrame frame) {
        lock.lock();
        try {
            add(characters.end());
            while (hasWaiting()) {
                sendWaiting();
            }
            send(kind, frame);
        } finally {
            lock.unlock();
        }
    }

    /** A character that waits for its other half waits no longer: another text begins. */
    void settle() {
        lock.lock();
        try {
            add(characters.end());
        } finally {
            lock.unlock();
        }
    }

    /** Number of the next token frame. */
    long seq() {
        lock.lock();
        try {
            return seq;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a piece of the answer. */
    void append(String piece) {
        lock.lock();
        try {
            add(characters.pass(piece));
            if (isDue()) {
                sendWaiting();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits; no token may follow. */
    void end() {
        lock.lock();
        try {
            add(characters.end());
            while (hasWaiting()) {
                sendWaiting();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the broker has every frame.
     *
     * @throws KafkaException when it refused one
     * @throws TimeoutException when it took longer
     */
    void awaitAcknowledged(Duration timeout) throws TimeoutException, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (onTheWay > 0) {
                if (left <= 0) {
                    throw new TimeoutException(onTheWay + " frames are not acknowledged");
                }
                left = acknowledged.awaitNanos(left);
            }
            if (failure != null) {
                throw new KafkaException("a frame is not in the lane", failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Why a frame did not reach the lane; null as long as all did. */
    @Nullable Exception failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** The text of all frames, joined, and what waits for a frame. */
    String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /**
     * When the pieces left that were sent since the last call of this, as {@link ChunkTimes} writes
     * it.
     *
     * @param sinceNanos the moment that the times count from, as {@link System#nanoTime()} has it
     */
    String takeChunkTimes(long sinceNanos) {
        lock.lock();
        try {
            List<ChunkTimes.Piece> pieces = new ArrayList<>(sent.size());
            for (Sent piece : sent) {
                long ms = Math.max(0, piece.nanos() - sinceNanos) / 1_000_000;
                pieces.add(new ChunkTimes.Piece(ms, piece.chars()));
            }
            sent.clear();
            return ChunkTimes.encoded(pieces);
        } finally {
            lock.unlock();
        }
    }

    int length() {
        lock.lock();
        try {
            return text.length();
        } finally {
            lock.unlock();
        }
    }

    private void add(String whole) {
        if (!whole.isEmpty()) {
            if (!hasWaiting()) {
                waitingSince = System.nanoTime();
            }
            text.append(whole);
        }
    }

    private boolean hasWaiting() {
        return text.length() > sentChars;
    }

    private boolean isDue() {
        return hasWaiting()
                && (onTheWay == 0
                        || text.length() - sentChars >= FRAME_CHARS_MAX
                        || System.nanoTime() - waitingSince >= mergeWindowNanos);
    }

    private void sendWaiting() {
        int end = Math.min(text.length(), sentChars + FRAME_CHARS_MAX);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        String piece = text.substring(sentChars, end);
        sentChars = end;
        waitingSince = System.nanoTime();
        sent.add(new Sent(waitingSince, piece.length()));
        send("token", new ServerFrame.Token(job.messageId(), seq++, piece));
    }

    private void send(String kind, ServerFrame frame) {
        if (!job.replyTo().hasListener()) {
            return;
        }
        onTheWay++;
        try {
            lane.send(
                    outbound.frame(job.replyTo(), job.messageId(), attempt, kind, frame),
                    this::onAcknowledged);
        } catch (RuntimeException e) {
            onTheWay--;
            failure = e;
        }
    }

    private void onAcknowledged(@Nullable Exception refused) {
        boolean flush;
        lock.lock();
        try {
            onTheWay--;
            if (refused != null && failure == null) {
                failure = refused;
            }
            acknowledged.signalAll();
            flush = onTheWay == 0 && hasWaiting();
        } finally {
            lock.unlock();
        }
        if (flush) {
            flusher.execute(this::flush);
        }
    }

    private void flush() {
        lock.lock();
        try {
            if (isDue()) {
                sendWaiting();
            }
        } finally {
            lock.unlock();
        }
    }
}

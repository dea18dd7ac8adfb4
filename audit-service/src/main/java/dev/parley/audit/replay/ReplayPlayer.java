package dev.parley.audit.replay;

import dev.parley.audit.replay.Replay.State;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Plays a replay to one client, from where it stands, until its end or the client's. Several
 * clients may watch one replay; each hears of pauses and leaps at once, or, where another instance
 * was told, within {@value #LOOK_MS} ms.
 */
@Component
class ReplayPlayer {

    private static final long LOOK_MS = 250;
    private static final long NOTE_NANOS = 1_000_000_000L;
    private static final long ALIVE_NANOS = 10_000_000_000L;

    private final ReplayTable table;
    private final Recording.Archive archive;
    private final ReplaySignals signals;

    ReplayPlayer(ReplayTable table, Recording.Archive archive, ReplaySignals signals) {
        this.table = table;
        this.archive = archive;
        this.signals = signals;
    }

    /**
     * Returns at the end, or when the replay is cancelled.
     *
     * @param from position of the last frame that the client has; null: where the replay stands, or
     *     its beginning when it has ended
     * @throws IOException when the client is gone
     */
    void play(Replay replay, @Nullable Long from, ReplaySink sink)
            throws IOException, InterruptedException {
        List<Timeline.Frame> frames =
                archive.find(replay.conversationId())
                        .map(found -> Timeline.of(found, replay.idleMaxMs()))
                        .orElse(List.of());
        new Playing(replay, from, frames, sink).run();
    }

    /** One client's way through the frames. */
    private final class Playing {
        private final List<Timeline.Frame> frames;
        private final ReplaySink sink;
        private Replay replay;
        private int next;
        private double position;
        private long movedNanos = System.nanoTime();
        private long lookedNanos = System.nanoTime();
        private long notedNanos = System.nanoTime();
        private long aliveNanos = System.nanoTime();

        Playing(Replay replay, @Nullable Long from, List<Timeline.Frame> frames, ReplaySink sink) {
            this.replay = replay;
            this.frames = frames;
            this.sink = sink;
            place(from != null ? from + 1 : replay.state() == State.DONE ? 0 : replay.positionMs());
        }

        void run() throws IOException, InterruptedException {
            while (replay.state() != State.CANCELLED) {
                if (next == frames.size() && replay.state() != State.PAUSED) {
                    table.reached(replay.id(), replay.epoch(), (long) position);
                    table.finish(replay.id(), State.DONE, null);
                    return;
                }
                move();
                if (next < frames.size() && isDue()) {
                    Timeline.Frame frame = frames.get(next++);
                    position = Math.max(position, frame.atMs());
                    sink.frame(frame.atMs(), frame.json());
                    note();
                    if (System.nanoTime() - lookedNanos > LOOK_MS * 1_000_000) {
                        look();
                    }
                } else {
                    rest();
                }
            }
        }

        private boolean isDue() {
            return replay.state() != State.PAUSED
                    && (replay.speed() == 0 || frames.get(next).atMs() <= position);
        }

        /** Time passes for the replay as it does for the client, times the speed. */
        private void move() {
            long now = System.nanoTime();
            if (replay.state() != State.PAUSED && replay.speed() > 0) {
                position += (now - movedNanos) / 1e6 * replay.speed();
            }
            movedNanos = now;
        }

        private void rest() throws IOException, InterruptedException {
            long ms = LOOK_MS;
            if (replay.state() != State.PAUSED && next < frames.size() && replay.speed() > 0) {
                double left = (frames.get(next).atMs() - position) / replay.speed();
                ms = (long) Math.clamp(Math.ceil(left), 1, LOOK_MS);
            }
            signals.await(ms);
            if (System.nanoTime() - aliveNanos > ALIVE_NANOS) {
                sink.alive();
                aliveNanos = System.nanoTime();
            }
            look();
        }

        /** Sees what was said. */
        private void look() {
            lookedNanos = System.nanoTime();
            Replay now = table.find(replay.id()).orElse(replay);
            boolean sought = now.seeks() != replay.seeks();
            replay = now;
            if (sought) {
                place(now.positionMs());
            }
        }

        private void note() {
            if (System.nanoTime() - notedNanos > NOTE_NANOS) {
                notedNanos = System.nanoTime();
                table.reached(replay.id(), replay.epoch(), (long) position);
            }
        }

        private void place(long positionMs) {
            position = positionMs;
            movedNanos = System.nanoTime();
            next = 0;
            while (next < frames.size() && frames.get(next).atMs() < positionMs) {
                next++;
            }
        }
    }
}

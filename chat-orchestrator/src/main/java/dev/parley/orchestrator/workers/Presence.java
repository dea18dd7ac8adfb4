package dev.parley.orchestrator.workers;

import dev.parley.orchestrator.stream.Workers;
import dev.parley.schemas.record.WorkerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The newest word of each worker, and when it was heard by this instance's own clock: theirs may be
 * wrong. Any thread.
 */
public final class Presence implements Workers {

    /** Longer than any pause between two words; a worker that is silent for it is forgotten. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(5);

    /** With a longer time between two looks this instance was paused or cut off in between. */
    private static final Duration LOOKS_APART = Duration.ofSeconds(5);

    private final Duration silence;
    private final LongSupplier nanos;

    // Guarded by this.
    private final Map<String, Heard> heard = new HashMap<>();
    private boolean listening;
    private long listeningSince;
    private boolean idle;
    private long idleSince;
    private boolean alone;
    private long aloneSince;
    private long lookedAt;

    private record Heard(WorkerStatus status, long atNanos) {}

    /**
     * @param silence after which a worker is taken for lost
     * @param nanos monotonic
     */
    public Presence(Duration silence, LongSupplier nanos) {
        this.silence = silence;
        this.nanos = nanos;
    }

    /** From now on words are read; what was said before is not held against anybody. */
    synchronized void listening(boolean begins) {
        listening = begins;
        listeningSince = nanos.getAsLong();
        idle = false;
        alone = false;
    }

    synchronized void heard(WorkerStatus status) {
        long now = nanos.getAsLong();
        if (nobodyLives(now) && !wasSeenSilent(now)) {
            // It may have been the broker that was silent: each has its time to speak again.
            listeningSince = now;
        }
        heard.put(status.worker(), new Heard(status, now));
        heard.values().removeIf(h -> now - h.atNanos() > FORGOTTEN.toNanos());
        boolean room = heard.values().stream().anyMatch(h -> isAlive(h, now) && hasRoom(h));
        if (room && !idle) {
            idleSince = now;
        }
        idle = room;
        alone = alone && nobodyLives(now);
    }

    /** Whether words are missing: nobody lives, by what was heard so far. */
    synchronized boolean hearsNobody() {
        return nobodyLives(nanos.getAsLong());
    }

    /**
     * All that was said has been heard: the broker was asked. Where no word comes because this
     * instance is cut off, nobody calls this, and no time without workers is counted.
     */
    synchronized void heardAll() {
        long now = nanos.getAsLong();
        if (!nobodyLives(now)) {
            alone = false;
        } else if (!alone || now - lookedAt > LOOKS_APART.toNanos()) {
            alone = true;
            aloneSince = now;
        }
        lookedAt = now;
    }

    @Override
    public synchronized boolean isLost(String worker) {
        long now = nanos.getAsLong();
        if (!listening || nobodyLives(now)) {
            return false;
        }
        Heard word = heard.get(worker);
        if (word != null && word.status().leaving()) {
            return true;
        }
        return now - listeningSince >= silence.toNanos() && (word == null || !isAlive(word, now));
    }

    @Override
    public synchronized Duration idleFor() {
        long now = nanos.getAsLong();
        boolean room =
                listening
                        && idle
                        && heard.values().stream().anyMatch(h -> isAlive(h, now) && hasRoom(h));
        return room ? Duration.ofNanos(now - Math.max(idleSince, listeningSince)) : Duration.ZERO;
    }

    @Override
    public synchronized Duration noneFor() {
        return listening && alone ? Duration.ofNanos(lookedAt - aloneSince) : Duration.ZERO;
    }

    /** The newest words of those that live. */
    public synchronized List<WorkerStatus> alive() {
        long now = nanos.getAsLong();
        return heard.values().stream()
                .filter(h -> isAlive(h, now))
                .map(Heard::status)
                .sorted((a, b) -> a.worker().compareTo(b.worker()))
                .toList();
    }

    /** Whether the broker was asked all the time that it takes to be taken for lost. */
    private boolean wasSeenSilent(long now) {
        return alone
                && now - lookedAt <= LOOKS_APART.toNanos()
                && lookedAt - aloneSince >= silence.toNanos();
    }

    private boolean nobodyLives(long now) {
        return heard.values().stream().noneMatch(h -> isAlive(h, now));
    }

    private boolean isAlive(Heard word, long now) {
        return !word.status().leaving() && now - word.atNanos() <= silence.toNanos();
    }

    private static boolean hasRoom(Heard word) {
        return word.status().running() < word.status().slots();
    }
}

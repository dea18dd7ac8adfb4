package dev.parley.bench.trace;

import java.time.Duration;
import java.util.List;

/**
 * When each request of a trace is due.
 *
 * @param arrivals in order of time
 * @param speedUp how much faster than it was recorded; 1: as recorded
 */
public record Schedule(List<TraceFile.Arrival> arrivals, double speedUp) {

    /** Characters of an average token. */
    private static final int CHARS_A_TOKEN = 4;

    public Schedule {
        if (!(speedUp > 0) || Double.isInfinite(speedUp)) {
            throw new IllegalArgumentException("a speed-up is more than 0, not " + speedUp);
        }
        arrivals = List.copyOf(arrivals);
    }

    /** Its beginning alone. */
    public Schedule first(int count) {
        return new Schedule(arrivals.subList(0, Math.min(count, size())), speedUp);
    }

    public int size() {
        return arrivals.size();
    }

    /** Nanoseconds from the start of the play until the request is due. */
    public long dueNanos(int index) {
        return (long) (arrivals.get(index).offset().toNanos() / speedUp);
    }

    /** Tokens of the answer; the few that generated none get one. */
    public int tokens(int index) {
        return Math.max(1, arrivals.get(index).generatedTokens());
    }

    /** Length of the question: that of its context, up to {@code max}. */
    public int promptChars(int index, int max) {
        return (int) Math.min(max, (long) CHARS_A_TOKEN * arrivals.get(index).contextTokens());
    }

    /** How long the play takes until the last request. */
    public Duration length() {
        return arrivals.isEmpty() ? Duration.ZERO : Duration.ofNanos(dueNanos(size() - 1));
    }

    /** How long the recorded part took. */
    public Duration recorded() {
        return arrivals.isEmpty() ? Duration.ZERO : arrivals.getLast().offset();
    }
}

package dev.parley.audit.ingest;

import java.time.Duration;

/** Waits that double from a least to a longest; one thread. */
final class Backoff {

    private final Duration min;
    private final Duration max;
    private int failures;
    private long until = System.nanoTime();

    Backoff(Duration min, Duration max) {
        this.min = min;
        this.max = max;
    }

    /** Returns how many failures stand in a row. */
    int failed() {
        Duration wait = min.multipliedBy(1L << Math.min(failures, 20));
        until = System.nanoTime() + (wait.compareTo(max) < 0 ? wait : max).toNanos();
        return ++failures;
    }

    /** Returns whether there had been failures. */
    boolean succeeded() {
        boolean recovered = failures > 0;
        failures = 0;
        now();
        return recovered;
    }

    /** Ends the wait. */
    void now() {
        until = System.nanoTime();
    }

    boolean isOver() {
        return left().isZero();
    }

    /** The rest of the wait. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }

    /** The rest of the wait; {@code otherwise} when there is none. */
    Duration atMost(Duration otherwise) {
        return failures == 0 ? otherwise : left();
    }
}

package dev.parley.cli;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits before another attempt: they double from half a second to thirty, and half of each is
 * random, so that clients which were cut together do not come back together.
 */
final class BackOff {

    static final Duration FIRST = Duration.ofMillis(500);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private final RandomGenerator random;
    private int attempts;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        long stepMs = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(attempts, 10));
        attempts++;
        return Duration.ofMillis(stepMs / 2 + random.nextLong(stepMs / 2 + 1));
    }

    int attempts() {
        return attempts;
    }

    void reset() {
        attempts = 0;
    }
}

package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Probe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * When the steps of the decision in hand began and how long each took. Begin from the wall clock
 * once, then from the monotonic one, so that steps stand in their order. Of one thread.
 */
final class StepTimes implements Probe {

    private final Clock clock;
    private final LongSupplier nanos;
    private final Map<String, Span> spans = new HashMap<>();
    private Instant startedAt = Instant.EPOCH;
    private long startNanos;
    private long lastNanos;

    /** A step's begin and length. */
    record Span(Instant startedAt, Duration duration) {}

    StepTimes(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /** A decision begins. */
    void begin() {
        spans.clear();
        startedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        startNanos = nanos.getAsLong();
        lastNanos = startNanos;
    }

    @Override
    public void passed(String step) {
        long now = nanos.getAsLong();
        spans.put(step, new Span(at(lastNanos), Duration.ofNanos(now - lastNanos)));
        lastNanos = now;
    }

    /** Of a step that nobody timed: now, a moment. */
    Span of(String step) {
        Span span = spans.get(step);
        return span == null ? new Span(at(nanos.getAsLong()), Duration.ZERO) : span;
    }

    private Instant at(long atNanos) {
        return startedAt.plus((atNanos - startNanos) / 1_000, ChronoUnit.MICROS);
    }
}

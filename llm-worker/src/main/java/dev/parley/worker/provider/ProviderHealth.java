package dev.parley.worker.provider;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.WorkerStatus;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a provider does, and whether it is to be called.
 *
 * <pre>
 * up ──asked to be left alone (Retry-After)──→ resting ──until then──→ up
 * up ──failed too often──→ open ──its time is over──→ half open ──trials went well──→ up
 *                            ↑─────────────a trial failed──────┘
 * </pre>
 *
 * A resting provider is called only where there is no other; an open one is not called at all. Any
 * thread.
 */
public final class ProviderHealth {

    private static final double WEIGHT_OF_NEWEST = 0.2;

    private final ModelProvider provider;
    private final String type;
    private final @Nullable BreakerSettings settings;
    private final Clock clock;
    private final CircuitBreaker breaker;

    // Guarded by this.
    private Instant restingUntil = Instant.EPOCH;
    private Instant openUntil = Instant.EPOCH;
    private long answers;
    private long failures;
    private @Nullable ErrorCode lastError;
    private @Nullable Instant lastErrorAt;
    private @Nullable Instant lastAnswerAt;
    private double firstTokenMs = -1;

    /**
     * @param settings null: it is always called
     */
    public ProviderHealth(
            ModelProvider provider, String type, @Nullable BreakerSettings settings, Clock clock) {
        this.provider = provider;
        this.type = type;
        this.settings = settings;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(provider.name(), config(settings, clock));
        if (settings == null) {
            breaker.transitionToDisabledState();
        }
        breaker.getEventPublisher()
                .onStateTransition(event -> {
                    if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                        opened();
                    }
                });
    }

    private static CircuitBreakerConfig config(@Nullable BreakerSettings settings, Clock clock) {
        if (settings == null) {
            return CircuitBreakerConfig.ofDefaults();
        }
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(settings.answers())
                .minimumNumberOfCalls(Math.min(settings.answersMin(), settings.answers()))
                .failureRateThreshold(settings.failurePercent())
                .waitDurationInOpenState(settings.openFor())
                .permittedNumberOfCallsInHalfOpenState(settings.trials())
                .clock(clock)
                .build();
    }

    public ModelProvider provider() {
        return provider;
    }

    /** Whether it may be called before others that may be, too. */
    synchronized boolean isPreferred() {
        return !clock.instant().isBefore(restingUntil);
    }

    /** Whether a call may be made; each true is followed by exactly one outcome. */
    boolean tryCall() {
        return breaker.tryAcquirePermission();
    }

    /** The call was given up for a reason that says nothing of the provider. */
    void abandoned() {
        breaker.releasePermission();
    }

    /** The answer has begun. */
    void answered(Duration firstToken) {
        breaker.onSuccess(firstToken.toNanos(), TimeUnit.NANOSECONDS);
        synchronized (this) {
            answers++;
            lastAnswerAt = clock.instant();
            double ms = firstToken.toNanos() / 1e6;
            firstTokenMs =
                    firstTokenMs < 0 ? ms : firstTokenMs + WEIGHT_OF_NEWEST * (ms - firstTokenMs);
        }
    }

    /** A call failed before its first token. */
    void failed(ProviderException failure) {
        noted(failure);
        if (failure.isProvidersFault()) {
            breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        } else {
            breaker.releasePermission();
        }
    }

    /** A call failed: for the figures alone, since the breaker counts beginnings. */
    synchronized void noted(ProviderException failure) {
        Instant now = clock.instant();
        failures++;
        lastError = failure.code();
        lastErrorAt = now;
        Duration asked = failure.retryAfter();
        if (asked != null && settings != null) {
            Duration rest = asked.compareTo(settings.restMax()) > 0 ? settings.restMax() : asked;
            if (now.plus(rest).isAfter(restingUntil)) {
                restingUntil = now.plus(rest);
            }
        }
    }

    /** How long until it may be called again. */
    synchronized Duration callableIn() {
        Instant until = openUntil.isAfter(restingUntil) ? openUntil : restingUntil;
        Duration left = Duration.between(clock.instant(), until);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void opened() {
        if (settings == null) {
            return;
        }
        Duration rest;
        synchronized (this) {
            Instant now = clock.instant();
            openUntil = now.plus(settings.openFor());
            rest = Duration.between(now, restingUntil);
            if (rest.compareTo(settings.openFor()) <= 0) {
                return;
            }
            openUntil = restingUntil;
        }
        breaker.transitionToOpenStateFor(rest);
    }

    /** For the record. */
    public synchronized WorkerStatus.ProviderState state() {
        Instant now = clock.instant();
        CircuitBreaker.State state = breaker.getState();
        boolean resting = now.isBefore(restingUntil);
        String name =
                switch (state) {
                    case CLOSED, DISABLED, METRICS_ONLY -> resting ? "resting" : "up";
                    case OPEN, FORCED_OPEN -> now.isBefore(openUntil) ? "open" : "half_open";
                    case HALF_OPEN -> "half_open";
                };
        return new WorkerStatus.ProviderState(
                provider.name(),
                type,
                provider.models(),
                name,
                switch (name) {
                    case "resting" -> restingUntil;
                    case "open" -> openUntil;
                    default -> null;
                },
                answers,
                failures,
                lastError == null ? null : lastError.name().toLowerCase(Locale.ROOT),
                lastErrorAt,
                lastAnswerAt,
                firstTokenMs < 0 ? null : Math.round(firstTokenMs));
    }
}

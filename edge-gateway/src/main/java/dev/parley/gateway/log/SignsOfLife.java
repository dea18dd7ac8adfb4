package dev.parley.gateway.log;

import dev.parley.autoconfigure.Instance;
import dev.parley.gateway.log.SessionLogEntry.GatewayAlive;
import jakarta.annotation.PreDestroy;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Tells the other gateways that this one lives, from before it claims its first lane until it ends.
 * A start may take long; it must not look like a death.
 */
@Component
public final class SignsOfLife {

    private static final Logger LOG = LoggerFactory.getLogger(SignsOfLife.class);

    private final SessionLog sessionLog;
    private final SessionLogSettings settings;
    private final Instance instance;
    private final Clock clock;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("signs-of-life").factory());
    private volatile @Nullable URI address;
    private volatile long heardNanos = System.nanoTime();

    SignsOfLife(
            SessionLog sessionLog, SessionLogSettings settings, Instance instance, Clock clock) {
        this.sessionLog = sessionLog;
        this.settings = settings;
        this.instance = instance;
        this.clock = clock;
        this.address = settings.advertisedUrl();
        sessionLog.awaitStart();
        beat().orTimeout(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS).join();
        timer.scheduleWithFixedDelay(
                this::beat,
                settings.heartbeat().toMillis(),
                settings.heartbeat().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Where other gateways reach this one, unless the configuration says otherwise. */
    public void reachedAt(URI found) {
        if (settings.advertisedUrl() == null) {
            address = found;
            beat();
        }
    }

    public String self() {
        return instance.id();
    }

    /** When the broker last took a sign. */
    public boolean isHeard() {
        return System.nanoTime() - heardNanos < settings.deadAfter().toNanos();
    }

    private CompletableFuture<Void> beat() {
        URI here = address;
        try {
            return sessionLog
                    .append(
                            new GatewayAlive(
                                    self(), here == null ? null : here.toString(), clock.instant()))
                    .thenRun(() -> heardNanos = System.nanoTime());
        } catch (RuntimeException e) {
            // A failure here would end the timer, and with it this gateway for the others.
            LOG.warn("a sign of life was not given: {}", e.toString());
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The last word; afterwards the others need not wait for this gateway. */
    public void farewell() {
        timer.shutdownNow();
        sessionLog
                .remove("gateway/" + self())
                .completeOnTimeout(-1L, 2, TimeUnit.SECONDS)
                .exceptionally(e -> -1L)
                .join();
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}

package dev.parley.gateway.chat;

import dev.parley.gateway.lane.LanePool;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SignsOfLife;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * All that happens by time: connections' beats and expiries, the round of the {@link Undertaker},
 * and at the end the {@link Drain}.
 */
@Component
final class Keeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration SWEEP = Duration.ofSeconds(2);

    /** Stops before the web server does: its connections are ours to end. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

    private final Registry registry;
    private final SessionLog sessionLog;
    private final SignsOfLife signs;
    private final Undertaker undertaker;
    private final Drain drain;
    private final LanePool lanes;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("gateway-timer").factory());
    private volatile boolean running;

    Keeper(
            Registry registry,
            SessionLog sessionLog,
            SignsOfLife signs,
            Undertaker undertaker,
            Drain drain,
            LanePool lanes) {
        this.registry = registry;
        this.sessionLog = sessionLog;
        this.signs = signs;
        this.undertaker = undertaker;
        this.drain = drain;
        this.lanes = lanes;
    }

    @Override
    public void start() {
        running = true;
        every(TICK, this::tick);
        every(SWEEP, undertaker::sweep);
    }

    private void every(Duration interval, Runnable task) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("a timer's task failed", e);
                    }
                },
                0,
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void tick() {
        long now = System.nanoTime();
        registry.all().forEach(session -> session.tick(now));
    }

    /** Whether the broker takes and gives records at this time. */
    boolean isBrokerReached() {
        return signs.isHeard() && sessionLog.isFresh();
    }

    @Override
    public void stop() {
        drain.run();
        timer.shutdownNow();
        lanes.release();
        signs.farewell();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}

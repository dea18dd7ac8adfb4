package dev.parley.gateway.chat;

import dev.parley.autoconfigure.Instance;
import dev.parley.gateway.access.Tickets;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.GatewayAlive;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.gateway.log.SessionLogSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * All that happens by time: connections' beats and expiries, this gateway's own sign of life, and
 * what dead gateways and expired sessions leave behind. Of the living gateways the one with the
 * lowest id cleans up after the dead.
 */
@Component
final class Keeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration SWEEP = Duration.ofSeconds(2);
    private static final Duration DRAIN_POLL = Duration.ofMillis(20);

    /** Stops before the web server does: its connections are ours to end. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

    private final Registry registry;
    private final Parts parts;
    private final SessionLog sessionLog;
    private final SessionLogSettings settings;
    private final Tickets tickets;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("gateway-timer").factory());
    private final long startedNanos = System.nanoTime();
    private volatile long heardByBrokerNanos = System.nanoTime();
    private volatile boolean running;

    Keeper(Registry registry, Parts parts, SessionLogSettings settings, Tickets tickets) {
        this.registry = registry;
        this.parts = parts;
        this.sessionLog = parts.sessionLog();
        this.settings = settings;
        this.tickets = tickets;
    }

    @Override
    public void start() {
        running = true;
        every(TICK, this::tick);
        every(settings.heartbeat(), this::beat);
        every(SWEEP, this::sweep);
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

    private void beat() {
        String url = settings.advertisedUrl() == null ? null : settings.advertisedUrl().toString();
        sessionLog
                .append(new GatewayAlive(self(), url, parts.here().clock().instant()))
                .thenRun(() -> heardByBrokerNanos = System.nanoTime());
    }

    /** Whether the broker takes and gives records at this time. */
    boolean isBrokerReached() {
        return System.nanoTime() - heardByBrokerNanos < settings.deadAfter().toNanos()
                && sessionLog.isFresh();
    }

    private void sweep() {
        if (!sessionLog.isFresh()) {
            return;
        }
        Directory directory = sessionLog.directory();
        TreeSet<String> living = living(directory);
        boolean cleans = living.first().equals(self());
        Instant expired =
                parts.here().clock().instant().minus(parts.limits().gateway().resumeWindow());
        for (SessionState state : directory.sessions()) {
            boolean mine = state.gateway().equals(self());
            boolean orphan = cleans && !living.contains(state.gateway());
            if (!mine && !orphan) {
                continue;
            }
            if (!state.attached()) {
                if (state.changedAt().isBefore(expired)) {
                    sessionLog.remove(state.key());
                }
            } else if (orphan) {
                sessionLog.append(state.with(Step.DETACH, self(), parts.here().clock().instant()));
            }
        }
        registry.all().forEach(session -> contradictBurial(directory, session));
        if (cleans) {
            bury(directory, living);
            tickets.sweep();
        }
    }

    /** While this gateway was silent another may have taken its sessions for left. */
    private static void contradictBurial(Directory directory, ChatSession session) {
        SessionState state = directory.session(session.sessionId());
        boolean buried =
                state == null
                        || !state.attached() && state.connection().equals(session.connection());
        if (buried && session.isLive()) {
            session.record(Step.UPDATE);
        }
    }

    private TreeSet<String> living(Directory directory) {
        TreeSet<String> living = new TreeSet<>();
        living.add(self());
        long now = System.nanoTime();
        boolean young = now - startedNanos < settings.deadAfter().toNanos();
        directory
                .gateways()
                .forEach((gateway, seen) -> {
                    if (young || now - seen.atNanos() < settings.deadAfter().toNanos()) {
                        living.add(gateway);
                    }
                });
        return living;
    }

    private void bury(Directory directory, Set<String> living) {
        boolean young = System.nanoTime() - startedNanos < settings.deadAfter().toNanos();
        if (young) {
            return;
        }
        List<String> dead = new ArrayList<>(directory.gateways().keySet());
        dead.addAll(directory.blockOwners());
        dead.removeAll(living);
        for (String gateway : Set.copyOf(dead)) {
            LOG.warn("gateway {} is gone; its lanes are free", gateway);
            for (int block : directory.blocksOf(gateway)) {
                sessionLog.remove(new BlockClaim(block, gateway).key());
            }
            sessionLog.remove("gateway/" + gateway);
        }
        if (!dead.isEmpty()) {
            parts.lanes().pool().blocksFreed();
        }
    }

    private String self() {
        Instance instance = parts.here().instance();
        return instance.id();
    }

    @Override
    public void stop() {
        registry.drain(parts.limits().connection().drainSpread());
        long deadline = System.nanoTime() + parts.limits().connection().closeTimeout().toNanos();
        try {
            while (!registry.all().isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(DRAIN_POLL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        for (int block : sessionLog.directory().blocksOf(self())) {
            sessionLog.remove(new BlockClaim(block, self()).key());
        }
        sessionLog
                .remove("gateway/" + self())
                .completeOnTimeout(-1L, 2, TimeUnit.SECONDS)
                .exceptionally(e -> -1L)
                .join();
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

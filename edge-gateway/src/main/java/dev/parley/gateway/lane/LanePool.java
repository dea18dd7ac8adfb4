package dev.parley.gateway.lane;

import dev.parley.autoconfigure.Instance;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SignsOfLife;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The lanes that this gateway leases out. It claims blocks of them through the session log, creates
 * their topics and hands them to the reader before anybody asks, and grows in the background.
 *
 * <p>A lease never waits. When no lane is free the session shares one: the reader tells tenants
 * apart by session and epoch anyway.
 */
@Component
public final class LanePool implements Directory.Observer {

    private static final Logger LOG = LoggerFactory.getLogger(LanePool.class);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(30);
    private static final int BLOCKS_AT_ONCE = 4;

    private final SessionLog sessionLog;
    private final LaneReader reader;
    private final LaneSettings settings;
    private final LaneTopics topics;
    private final String gateway;
    private final ExecutorService background =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("lane-pool").factory());
    private final AtomicBoolean growing = new AtomicBoolean();
    private final AtomicInteger lastEpoch = new AtomicInteger();
    private final AtomicInteger blocksFreed = new AtomicInteger();
    private final Counter leasedOwn;
    private final Counter leasedShared;
    private final Counter recycled;

    // Guarded by this.
    private final ArrayDeque<Integer> warm = new ArrayDeque<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final List<Integer> own = new ArrayList<>();

    /** Blocks that are claimed and whose lanes are not ready: the next growth opens them first. */
    private final Set<Integer> unopened = new LinkedHashSet<>();

    private int nextShared;

    /** Sessions that found no lane free and for which none was made since. */
    private int unmet;

    private boolean exhausted;
    private boolean released;

    LanePool(
            SessionLog sessionLog,
            LaneReader reader,
            LaneSettings settings,
            Broker broker,
            MeterRegistry meters) {
        this.leasedOwn = leases(meters, "own");
        this.leasedShared = leases(meters, "shared");
        this.recycled =
                Counter.builder("parley.gateway.lanes.recycled")
                        .description("Lanes that were free again after a session")
                        .register(meters);
        this.sessionLog = sessionLog;
        this.reader = reader;
        this.settings = settings;
        this.topics = broker.topics();
        this.gateway = broker.instance().id();
        gauges(meters);
        int initial = Math.min(settings.initial(), settings.max());
        while (size() < initial && openBlocks(initial - size()) > 0) {
            // Some blocks after the others.
        }
        LOG.info("{} lanes are ready", size());
        sessionLog.observe(this);
    }

    /** The broker, and who we are to it. */
    @Component
    record Broker(LaneTopics topics, Instance instance, SignsOfLife signs) {}

    private static Counter leases(MeterRegistry meters, String kind) {
        return Counter.builder("parley.gateway.lanes.leases")
                .description("Leases of lanes: of one's own, or shared because none was free")
                .tag("kind", kind)
                .register(meters);
    }

    private void gauges(MeterRegistry meters) {
        Gauge.builder("parley.gateway.lanes.free", this, LanePool::free)
                .description("Lanes that nobody has")
                .register(meters);
        Gauge.builder("parley.gateway.lanes", this, LanePool::size)
                .description("Lanes that this gateway leases out")
                .register(meters);
        Gauge.builder("parley.gateway.lanes.active", reader, LaneReader::active)
                .description("Lanes that are fetched")
                .register(meters);
        Gauge.builder("parley.gateway.lanes.rescued", reader, LaneReader::rescued)
                .description("Lanes that had to be read again because they stood still")
                .register(meters);
    }

    /**
     * A lane for a session: its own where one is free, a shared one otherwise; null: none at all.
     */
    public @Nullable LaneLease lease() {
        int lane;
        List<Integer> toWarm = new ArrayList<>();
        synchronized (this) {
            Integer next = warm.isEmpty() ? free.poll() : warm.poll();
            if (next == null) {
                if (own.isEmpty()) {
                    unmet += exhausted ? 0 : 1;
                    grow();
                    return null;
                }
                next = own.get(Math.floorMod(nextShared++, own.size()));
                leasedShared.increment();
                unmet += exhausted ? 0 : 1;
            } else {
                leasedOwn.increment();
            }
            lane = next;
            while (warm.size() < settings.warm() && !free.isEmpty()) {
                Integer soon = free.poll();
                warm.add(soon);
                toWarm.add(soon);
            }
            if (!exhausted && LaneDemand.missing(free(), size(), settings.spare(), unmet) > 0) {
                grow();
            }
        }
        if (!toWarm.isEmpty()) {
            reader.warm(toWarm);
        }
        return new LaneLease(lane, nextEpoch(), Math.max(0, reader.position(lane)));
    }

    /** Lanes that this gateway leases out. */
    public synchronized int size() {
        return own.size();
    }

    /** Lanes that nobody has. */
    public synchronized int free() {
        return warm.size() + free.size();
    }

    /**
     * Higher than any that this session ever had on a lane: each lease is a record of the log, so
     * that the log's end has passed the epochs of all leases before.
     */
    private int nextEpoch() {
        int end = (int) Math.min(sessionLog.position(), Integer.MAX_VALUE - 1);
        return lastEpoch.updateAndGet(last -> Math.max(last, end) + 1);
    }

    @Override
    public void laneFreed(int lane) {
        synchronized (this) {
            if (own.contains(lane) && !free.contains(lane) && !warm.contains(lane)) {
                free.add(lane);
                recycled.increment();
            }
        }
    }

    private void grow() {
        if (!growing.compareAndSet(false, true)) {
            return;
        }
        try {
            background.execute(() -> {
                boolean more = false;
                try {
                    more = growOnce();
                } catch (RuntimeException e) {
                    LOG.warn("the lane pool did not grow: {}", e.toString());
                } finally {
                    growing.set(false);
                }
                if (more && missing() > 0) {
                    grow();
                }
            });
        } catch (RejectedExecutionException e) {
            growing.set(false);
        }
    }

    /** False when there is no block to be had. */
    private boolean growOnce() {
        int freedBefore = blocksFreed.get();
        int opened = openBlocks(missing());
        synchronized (this) {
            unmet = Math.max(0, unmet - opened);
            exhausted = opened == 0 && blocksFreed.get() == freedBefore;
        }
        return opened > 0;
    }

    private synchronized int missing() {
        return LaneDemand.missing(free(), size(), settings.spare(), unmet);
    }

    /** Another gateway's block may be claimed: whoever had wished for more tries again. */
    @Override
    public void blockFreed() {
        boolean wished;
        synchronized (this) {
            wished = exhausted && !released;
            exhausted = false;
            blocksFreed.incrementAndGet();
        }
        if (wished) {
            grow();
        }
    }

    /**
     * While this gateway was silent others may have taken it for dead and its blocks for free: what
     * nobody has is claimed again, what another has is given up. Sessions keep the lanes that they
     * have.
     */
    public void recheck() {
        Directory directory = sessionLog.directory();
        Set<Integer> blocks = new HashSet<>();
        synchronized (this) {
            own.forEach(lane -> blocks.add(lane / settings.block()));
        }
        for (int block : blocks) {
            String owner = directory.blockOwner(block);
            if (owner == null) {
                sessionLog.append(new BlockClaim(block, gateway));
            } else if (!owner.equals(gateway)) {
                LOG.warn("the lanes of block {} are another gateway's now", block);
                synchronized (this) {
                    own.removeIf(lane -> lane / settings.block() == block);
                    free.removeIf(lane -> lane / settings.block() == block);
                    warm.removeIf(lane -> lane / settings.block() == block);
                }
            }
        }
    }

    /** The end: the blocks of this gateway are for the others, and it takes no more. */
    public void release() {
        synchronized (this) {
            released = true;
        }
        for (int block : sessionLog.directory().blocksOf(gateway)) {
            sessionLog.remove(new BlockClaim(block, gateway).key());
        }
    }

    /** Adds lanes of blocks that nobody has, about as many as wanted; says how many. */
    private int openBlocks(int lanes) {
        int wanted = Math.clamp(Math.ceilDiv(lanes, settings.block()), 1, BLOCKS_AT_ONCE);
        List<Integer> blocks;
        synchronized (this) {
            if (released) {
                return 0;
            }
            blocks = new ArrayList<>(unopened);
        }
        Directory directory = sessionLog.directory();
        for (int next = 0; blocks.size() < wanted && next < settings.blocks(); ) {
            List<BlockClaim> claims = new ArrayList<>();
            for (; blocks.size() + claims.size() < wanted && next < settings.blocks(); next++) {
                if (directory.blockOwner(next) == null) {
                    claims.add(new BlockClaim(next, gateway));
                }
            }
            blocks.addAll(claimed(claims));
        }
        return blocks.isEmpty() ? 0 : open(blocks);
    }

    /** Those of the claims that came before any other gateway's. */
    private List<Integer> claimed(List<BlockClaim> claims) {
        CompletableFuture.allOf(
                        claims.stream()
                                .map(sessionLog::appendAndApply)
                                .toArray(CompletableFuture[]::new))
                .orTimeout(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        List<Integer> blocks = new ArrayList<>();
        for (BlockClaim claim : claims) {
            if (gateway.equals(sessionLog.directory().blockOwner(claim.block()))) {
                blocks.add(claim.block());
            } else {
                sessionLog.remove(claim.key());
            }
        }
        synchronized (this) {
            unopened.addAll(blocks);
        }
        return blocks;
    }

    private int open(List<Integer> blocks) {
        List<Integer> numbers = new ArrayList<>();
        for (int block : blocks) {
            int end = Math.min(settings.max(), (block + 1) * settings.block());
            for (int lane = block * settings.block(); lane < end; lane++) {
                numbers.add(lane);
            }
        }
        reader.assign(topics.ready(numbers))
                .orTimeout(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        int opened = numbers.size();
        List<Integer> toWarm = new ArrayList<>();
        synchronized (this) {
            blocks.forEach(unopened::remove);
            own.addAll(numbers);
            numbers.removeIf(lane -> sessionLog.directory().tenantsOf(lane) > 0);
            free.addAll(numbers);
            while (warm.size() < settings.warm() && !free.isEmpty()) {
                Integer soon = free.poll();
                warm.add(soon);
                toWarm.add(soon);
            }
        }
        reader.warm(toWarm);
        return opened;
    }

    @PreDestroy
    void close() {
        background.shutdownNow();
    }
}

package dev.parley.gateway.lane;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.DeclaredTopics;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SignsOfLife;
import dev.parley.schemas.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
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
    private static final Duration ENDS_PAUSE = Duration.ofMillis(50);

    private final SessionLog sessionLog;
    private final LaneReader reader;
    private final LaneSettings settings;
    private final KafkaSettings kafkaSettings;
    private final DeclaredTopics topics;
    private final String gateway;
    private final Admin admin;
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
        this.kafkaSettings = broker.settings();
        this.topics = broker.topics();
        this.gateway = broker.instance().id();
        this.admin = broker.clients().admin("lanes-admin");
        gauges(meters);
        while (size() < Math.min(settings.initial(), settings.max()) && claimBlock()) {
            // One block after the other.
        }
        LOG.info("{} lanes are ready", size());
        sessionLog.observe(this);
    }

    /** The broker, and who we are to it. */
    @Component
    record Broker(
            KafkaClients clients,
            KafkaSettings settings,
            DeclaredTopics topics,
            Instance instance,
            SignsOfLife signs) {}

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
                    grow();
                    return null;
                }
                next = own.get(Math.floorMod(nextShared++, own.size()));
                leasedShared.increment();
            } else {
                leasedOwn.increment();
            }
            lane = next;
            while (warm.size() < settings.warm() && !free.isEmpty()) {
                Integer soon = free.poll();
                warm.add(soon);
                toWarm.add(soon);
            }
            if (warm.size() + free.size() < settings.spare() && !exhausted) {
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
                try {
                    int freedBefore = blocksFreed.get();
                    boolean more = claimBlock();
                    synchronized (this) {
                        exhausted = !more && blocksFreed.get() == freedBefore;
                    }
                } catch (RuntimeException e) {
                    LOG.warn("the lane pool did not grow: {}", e.toString());
                } finally {
                    growing.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            growing.set(false);
        }
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

    private boolean claimBlock() {
        Integer waiting;
        synchronized (this) {
            if (released) {
                return false;
            }
            waiting = unopened.isEmpty() ? null : unopened.iterator().next();
        }
        if (waiting != null) {
            open(waiting);
            return true;
        }
        Directory directory = sessionLog.directory();
        for (int block = 0; block < settings.blocks(); block++) {
            if (directory.blockOwner(block) != null) {
                continue;
            }
            BlockClaim claim = new BlockClaim(block, gateway);
            sessionLog
                    .appendAndApply(claim)
                    .orTimeout(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            if (gateway.equals(directory.blockOwner(block))) {
                synchronized (this) {
                    unopened.add(block);
                }
                open(block);
                return true;
            }
            sessionLog.remove(claim.key());
        }
        return false;
    }

    private void open(int block) {
        List<Integer> numbers = new ArrayList<>();
        List<NewTopic> wanted = new ArrayList<>();
        int end = Math.min(settings.max(), (block + 1) * settings.block());
        for (int lane = block * settings.block(); lane < end; lane++) {
            numbers.add(lane);
            wanted.add(topic(lane));
        }
        topics.ensure(admin, wanted);
        reader.assign(ends(numbers))
                .orTimeout(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        List<Integer> toWarm = new ArrayList<>();
        synchronized (this) {
            unopened.remove(block);
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
    }

    private NewTopic topic(int lane) {
        Map<String, String> config = new HashMap<>();
        config.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(kafkaSettings.workRetention().toMillis()));
        // A lane costs two memory maps of this size.
        config.put(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, "65536");
        config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(8 << 20));
        config.put(
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Math.max(60_000, kafkaSettings.workRetention().toMillis() / 2)));
        return new NewTopic(
                        Topic.lane(lane),
                        Optional.of(1),
                        kafkaSettings.replicationFactor() < 1
                                ? Optional.empty()
                                : Optional.of(kafkaSettings.replicationFactor()))
                .configs(config);
    }

    /** Also makes the broker open the logs, which costs the first reader of a lane otherwise. */
    private Map<Integer, Long> ends(List<Integer> numbers) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        numbers.forEach(
                lane -> asked.put(new TopicPartition(Topic.lane(lane), 0), OffsetSpec.latest()));
        long giveUpAt = System.nanoTime() + BROKER_TIMEOUT.toNanos();
        while (true) {
            try {
                Map<Integer, Long> ends = new HashMap<>();
                admin.listOffsets(asked)
                        .all()
                        .get(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .forEach((partition, end) ->
                                ends.put(LaneReader.number(partition), end.offset()));
                return ends;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while lanes were made", e);
            } catch (ExecutionException | TimeoutException e) {
                // A topic that was just made is not known everywhere at once.
                if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("the ends of the lanes cannot be read", e);
                }
                LockSupport.parkNanos(ENDS_PAUSE.toNanos());
            }
        }
    }

    @PreDestroy
    void close() {
        background.shutdownNow();
        admin.close(Duration.ofSeconds(1));
    }
}

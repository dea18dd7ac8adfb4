package dev.parley.gateway.lane;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.schemas.LaneHeaders;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * One consumer for all lanes of this gateway: assigned from known offsets, quiet lanes paused.
 * Other threads hand it commands; what it has, it hands to the tenants.
 *
 * <p>A tenant that joins further back makes the lane be read again from there. Tenants that share
 * the lane see records twice then, and pass over what they had: each knows its own offset.
 */
@Component
public final class LaneReader {

    private static final Logger LOG = LoggerFactory.getLogger(LaneReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int METADATA_PAUSE_MS = 20;
    private static final Duration FENCE_WAIT = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final LaneSettings settings;
    private final SessionLog sessionLog;
    private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
    private final StandingLanes standing;
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Changed by the reader's thread alone. */
    private final Map<Integer, Lane> lanes = new ConcurrentHashMap<>();

    // The reader thread's own.
    private final Map<String, LaneTenant> tenants = new HashMap<>();
    private volatile int active;
    private long sweptAt = System.nanoTime();

    /** Some lanes are known and the consumer does not know them yet. */
    private boolean unassigned;

    @FunctionalInterface
    private interface Command {
        void run(KafkaConsumer<String, byte[]> consumer);
    }

    LaneReader(KafkaClients clients, LaneSettings settings, SessionLog sessionLog) {
        this.clients = clients;
        this.settings = settings;
        this.sessionLog = sessionLog;
        this.standing = new StandingLanes(clients.admin("lanes-rescue"), settings);
        this.thread = Thread.ofPlatform().daemon().name("lane-reader").start(this::run);
    }

    /** Takes lanes in, paused, at these offsets; lanes that are known stay as they are. */
    CompletableFuture<Void> assign(Map<Integer, Long> offsets) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        submit(reader -> {
            offsets.forEach(
                    (number, offset) -> lanes.computeIfAbsent(number, n -> new Lane(n, offset)));
            unassigned = true;
            assignNew(reader);
            done.complete(null);
        });
        return done;
    }

    /** Has these free lanes fetched, so that who leases them waits for nothing. */
    void warm(List<Integer> numbers) {
        submit(reader -> {
            for (int number : numbers) {
                Lane lane = lanes.get(number);
                if (lane != null) {
                    lane.warm = true;
                    fetch(reader, lane);
                }
            }
        });
    }

    /** Up to where a lane was read; what a new tenant gets comes later. −1: not a lane of ours. */
    long position(int number) {
        Lane lane = lanes.get(number);
        return lane == null ? -1 : lane.position;
    }

    /**
     * From now on the tenant gets the records of its lease, those from {@code offset} on.
     *
     * @param writtenTo where the lane is known to end; until it was read up to there it is fetched,
     *     though no answer runs any more and many lanes want to be read
     */
    public void join(LaneTenant tenant, long offset, long writtenTo) {
        LaneLease lease = tenant.lease();
        submit(reader -> {
            Lane lane = lanes.get(lease.lane());
            if (lane == null) {
                lane = new Lane(lease.lane(), offset);
                lanes.put(lease.lane(), lane);
                unassigned = true;
            }
            lane.tenants.add(tenant);
            tenants.put(tenant.sessionId(), tenant);
            if (offset < lane.position) {
                lane.position = offset;
                if (lane.assigned) {
                    reader.seek(lane.partition, offset);
                }
            }
            lane.writtenTo = Math.max(lane.writtenTo, writtenTo);
            fetch(reader, lane);
        });
    }

    /** The tenant gets nothing more. */
    public void leave(LaneTenant tenant) {
        int number = tenant.lease().lane();
        submit(reader -> {
            tenants.remove(tenant.sessionId(), tenant);
            Lane lane = lanes.get(number);
            if (lane != null && lane.tenants.remove(tenant) && lane.tenants.isEmpty()) {
                lane.writtenTo = 0;
                pause(reader, lane);
            }
        });
    }

    /** Frames are to come: the lane is fetched again if it was quiet. */
    public void wake(LaneTenant tenant) {
        Lane known = lanes.get(tenant.lease().lane());
        if (known == null || !known.fetched) {
            submit(reader -> {
                Lane lane = lanes.get(tenant.lease().lane());
                if (lane != null) {
                    fetch(reader, lane);
                }
            });
        }
    }

    /** Lanes that are fetched at this moment, for metrics. */
    public int active() {
        return active;
    }

    /** How often a lane stood still although it had more, for metrics. */
    public long rescued() {
        return standing.rescued();
    }

    private void submit(Command command) {
        commands.add(command);
        KafkaConsumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    private void run() {
        while (!isClosed()) {
            try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(config())) {
                lanes.values().forEach(lane -> lane.assigned = false);
                unassigned = true;
                assignNew(reader);
                consumer = reader;
                while (!isClosed()) {
                    readOnce(reader);
                }
            } catch (RuntimeException e) {
                consumer = null;
                if (!isClosed()) {
                    LOG.warn("lanes cannot be read: {}", e.toString());
                    pause(PAUSE_AFTER_FAILURE);
                }
            }
        }
    }

    private Map<String, Object> config() {
        Map<String, Object> config = clients.consumer("lanes");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, settings.isolation());
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) settings.fetchWait().toMillis());
        // Lanes that were another gateway's are asked for together: the next soon after the last.
        config.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, METADATA_PAUSE_MS);
        // A lane that lost records must be noticed, not skipped.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        return config;
    }

    private void readOnce(KafkaConsumer<String, byte[]> reader) {
        try {
            for (Command c = commands.poll(); c != null; c = commands.poll()) {
                c.run(reader);
            }
            assignNew(reader);
            if (lanes.isEmpty()) {
                pause(FENCE_WAIT);
                return;
            }
            var records = reader.poll(POLL);
            awaitFresh();
            for (ConsumerRecord<String, byte[]> record : records) {
                deliver(record);
            }
            for (TopicPartition partition : records.partitions()) {
                Lane lane = lanes.get(number(partition));
                if (lane != null) {
                    lane.position = reader.position(partition);
                    lane.quietSince = System.nanoTime();
                }
            }
            sweep(reader);
        } catch (WakeupException e) {
            // A command waits: the next turn runs it.
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().keySet().forEach(partition -> lost(reader, partition));
        }
    }

    /** After a pause of this process a session may have moved on: first read who has it now. */
    private void awaitFresh() {
        while (!sessionLog.isFresh() && !isClosed()) {
            pause(FENCE_WAIT);
        }
    }

    private void deliver(ConsumerRecord<String, byte[]> record) {
        LaneTenant tenant = record.key() == null ? null : tenants.get(record.key());
        if (tenant == null || record.value() == null) {
            return;
        }
        LaneLease lease = tenant.lease();
        String messageId = Inbound.text(record.headers(), LaneHeaders.MESSAGE);
        String kind = Inbound.text(record.headers(), LaneHeaders.KIND);
        if (kind == null
                || Inbound.number(record.headers(), LaneHeaders.EPOCH, -1) != lease.epoch()
                || number(record) != lease.lane()) {
            return;
        }
        int attempt = Inbound.number(record.headers(), LaneHeaders.ATTEMPT, 1);
        String worker = Inbound.text(record.headers(), LaneHeaders.WORKER);
        try {
            tenant.deliver(
                    new LaneFrame(
                            record.offset(),
                            messageId == null ? "" : messageId,
                            attempt,
                            worker == null ? "" : worker,
                            kind,
                            record.value()));
        } catch (RuntimeException e) {
            LOG.error("a frame of lane {} was not delivered", record.topic(), e);
        }
    }

    private void lost(KafkaConsumer<String, byte[]> reader, TopicPartition partition) {
        Lane lane = lanes.get(number(partition));
        if (lane == null) {
            return;
        }
        LOG.warn("records of {} are gone from offset {} on", partition.topic(), lane.position);
        new ArrayList<>(lane.tenants).forEach(LaneTenant::lost);
        long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        lane.position = end;
        reader.seek(partition, end);
    }

    /** Many sessions that come to this gateway at once are one change of the assignment. */
    private void assignNew(KafkaConsumer<String, byte[]> reader) {
        if (!unassigned) {
            return;
        }
        unassigned = false;
        reader.assign(lanes.values().stream().map(lane -> lane.partition).toList());
        for (Lane lane : lanes.values()) {
            if (lane.assigned) {
                continue;
            }
            lane.assigned = true;
            reader.seek(lane.partition, lane.position);
            if (!lane.fetched) {
                reader.pause(List.of(lane.partition));
            }
        }
    }

    private void fetch(KafkaConsumer<String, byte[]> reader, Lane lane) {
        lane.quietSince = System.nanoTime();
        if (!lane.fetched) {
            lane.fetched = true;
            active++;
            if (lane.assigned) {
                reader.resume(List.of(lane.partition));
            }
        }
    }

    private void pause(KafkaConsumer<String, byte[]> reader, Lane lane) {
        if (lane.fetched) {
            lane.fetched = false;
            lane.warm = false;
            active--;
            if (lane.assigned) {
                reader.pause(List.of(lane.partition));
            }
        }
    }

    private void sweep(KafkaConsumer<String, byte[]> reader) {
        long now = System.nanoTime();
        if (now - sweptAt < SWEEP_NANOS) {
            return;
        }
        sweptAt = now;
        long linger = active > settings.active() ? 0 : settings.linger().toNanos();
        for (Lane lane : lanes.values()) {
            boolean free = lane.tenants.isEmpty();
            if (lane.fetched
                    && !(free && lane.warm)
                    && now - lane.quietSince > linger
                    && lane.tenants.stream().noneMatch(LaneTenant::awaitsFrames)
                    && (free || isRead(reader, lane))) {
                pause(reader, lane);
            }
        }
        standing.look(lanes.values(), now, rescue -> submit(r -> rescue.by(r, lanes)));
    }

    private static boolean isRead(KafkaConsumer<String, byte[]> reader, Lane lane) {
        if (lane.position < lane.writtenTo) {
            // Markers of transactions move the reader on and are no records.
            lane.position = reader.position(lane.partition);
        }
        return lane.position >= lane.writtenTo;
    }

    private static int number(ConsumerRecord<String, byte[]> record) {
        return number(record.topic());
    }

    static int number(TopicPartition partition) {
        return number(partition.topic());
    }

    private static int number(String topic) {
        return Integer.parseInt(topic, topic.lastIndexOf('.') + 1, topic.length(), 10);
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends at once when this is closed. */
    private void pause(Duration most) {
        try {
            if (closed.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closed while waiting");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    @PreDestroy
    void close() throws InterruptedException {
        closed.countDown();
        KafkaConsumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        thread.join(Duration.ofSeconds(5));
        standing.close();
    }
}

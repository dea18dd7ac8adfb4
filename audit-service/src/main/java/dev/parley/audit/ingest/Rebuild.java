package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.springframework.util.unit.DataSize;

/**
 * The readers of the service, on another schema and in a group of their own, until they have read
 * what the log held when they began. Poison was put aside the first time and is passed over.
 */
public final class Rebuild implements AutoCloseable {

    private static final List<Topic> TOPICS =
            List.of(Topic.TURNS, Topic.FLOW, Topic.KEYS, Topic.POLICY_CHANGES, Topic.CHECKPOINTS);
    private static final int BATCH_RECORDS = 8_000;
    private static final int BATCH_BYTES = 32 << 20;
    private static final int ASK_TIMEOUT_S = 30;
    private static final long STEP_MS = 1_000;
    private static final int STOP_TIMEOUT_MS = 5_000;

    private final DataSource database;
    private final Map<TopicPartition, Long> ends;
    private final Map<TopicPartition, Long> begins;
    private final List<IngestLoop<?>> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long beganNanos = System.nanoTime();
    private final long readBefore;

    /**
     * How far it is.
     *
     * @param offsets next to read, by topic and partition
     */
    public record Progress(
            long read, long total, double seconds, double rate, Map<String, Long> offsets) {
        public double share() {
            return total == 0 ? 1 : (double) read / total;
        }
    }

    private Rebuild(
            DataSource database, Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends)
            throws SQLException {
        this.database = database;
        this.begins = begins;
        this.ends = ends;
        this.readBefore = read(positions());
    }

    /**
     * @param database connections to the new schema, whose tables are there
     * @param name of the schema, which names the consumer group
     */
    public static Rebuild start(KafkaClients clients, DataSource database, String name, int readers)
            throws SQLException, ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, Long> begins;
        Map<TopicPartition, Long> ends;
        try (Admin admin = clients.admin("rebuild")) {
            List<TopicPartition> partitions = partitions(admin);
            begins = offsets(admin, partitions, OffsetSpec.earliest());
            ends = offsets(admin, partitions, OffsetSpec.latest());
        }
        Rebuild rebuild = new Rebuild(database, begins, ends);
        IngestSettings settings =
                new IngestSettings(
                        true,
                        "audit-rebuild-" + name,
                        readers,
                        BATCH_RECORDS,
                        DataSize.ofBytes(BATCH_BYTES),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(2));
        IngestTools tools =
                new IngestTools(
                        database,
                        new ConsumedOffsets(Clock.systemUTC()),
                        (poison, reason) -> {},
                        new SimpleMeterRegistry());
        MonthPartitions months = new MonthPartitions(database, Clock.systemUTC());
        for (int reader = 0; reader < readers; reader++) {
            rebuild.start(clients, settings, tools, new LinkStore(months));
            rebuild.start(clients, settings, tools, new FlowStore(months));
        }
        rebuild.start(clients, settings, tools, new KeyStore());
        rebuild.start(clients, settings, tools, new PolicyChangeStore());
        rebuild.start(clients, settings, tools, new CheckpointStore());
        return rebuild;
    }

    private void start(
            KafkaClients clients,
            IngestSettings settings,
            IngestTools tools,
            RecordStore<?> store) {
        String name = store.topic().topicName() + "-" + loops.size();
        Map<String, Object> config = clients.consumer("rebuild-" + name);
        config.put(
                ConsumerConfig.GROUP_ID_CONFIG, settings.group() + "-" + store.topic().topicName());
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchRecords());
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BATCH_BYTES);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BATCH_BYTES / 4);
        IngestLoop<?> loop = new IngestLoop<>(new KafkaConsumer<>(config), store, tools, settings);
        loops.add(loop);
        threads.add(Thread.ofPlatform().name("rebuild-" + name).start(loop));
    }

    /** Waits a second, or until all is read; whether it is. */
    public boolean awaitDone() throws InterruptedException, SQLException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STEP_MS);
        while (System.nanoTime() < until) {
            Map<TopicPartition, Long> now = positions();
            loops.forEach(loop ->
                    loop.reached().forEach((partition, at) -> now.merge(partition, at, Math::max)));
            if (ends.entrySet().stream()
                    .allMatch(end ->
                            end.getValue() <= begins.getOrDefault(end.getKey(), 0L)
                                    || now.getOrDefault(end.getKey(), 0L) >= end.getValue())) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(STEP_MS / 10);
        }
        return false;
    }

    public Progress progress() throws SQLException {
        Map<TopicPartition, Long> now = positions();
        long read = read(now);
        long total = 0;
        for (var end : ends.entrySet()) {
            total += end.getValue() - begins.getOrDefault(end.getKey(), 0L);
        }
        double seconds = (System.nanoTime() - beganNanos) / 1e9;
        Map<String, Long> offsets = new TreeMap<>();
        now.forEach((partition, offset) -> offsets.put(partition.toString(), offset));
        return new Progress(read, total, seconds, (read - readBefore) / seconds, offsets);
    }

    private long read(Map<TopicPartition, Long> positions) {
        long read = 0;
        for (var end : ends.entrySet()) {
            long begin = begins.getOrDefault(end.getKey(), 0L);
            long at = positions.getOrDefault(end.getKey(), begin);
            read += Math.clamp(at, begin, Math.max(begin, end.getValue())) - begin;
        }
        return read;
    }

    private Map<TopicPartition, Long> positions() throws SQLException {
        Map<TopicPartition, Long> positions = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT topic, kafka_partition, next_offset FROM consumed_offsets");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                positions.put(
                        new TopicPartition(rows.getString(1), rows.getInt(2)), rows.getLong(3));
            }
        }
        return positions;
    }

    private static List<TopicPartition> partitions(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<TopicPartition> partitions = new ArrayList<>();
        admin.describeTopics(TOPICS.stream().map(Topic::topicName).toList())
                .allTopicNames()
                .get(ASK_TIMEOUT_S, TimeUnit.SECONDS)
                .values()
                .forEach(topic ->
                        topic.partitions()
                                .forEach(partition ->
                                        partitions.add(
                                                new TopicPartition(
                                                        topic.name(), partition.partition()))));
        return partitions;
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(asked)
                .all()
                .get(ASK_TIMEOUT_S, TimeUnit.SECONDS)
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    @Override
    public void close() throws InterruptedException {
        loops.forEach(IngestLoop::stop);
        for (Thread thread : threads) {
            thread.join(STOP_TIMEOUT_MS);
        }
    }
}

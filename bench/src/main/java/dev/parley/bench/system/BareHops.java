package dev.parley.bench.system;

import dev.parley.bench.net.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the broker alone costs: a record goes the way of a message, request topic to jobs by share
 * group to a one-partition lane, with the services' client settings and nothing done in between.
 *
 * <p>Threads: one a hop, as the three services have one each; the asker's event loop sends.
 */
public final class BareHops implements AutoCloseable {

    /** As Parley's topics that are spread by user. */
    private static final int PARTITIONS = 8;

    /** About a message's record with its headers. */
    private static final int VALUE_BYTES = 512;

    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrapServers;
    private final String requestsTopic;
    private final String jobsTopic;
    private final String group;
    private final List<String> lanes;
    private final EventLoop loop;
    private final Admin admin;
    private final Producer<byte[], byte[]> requests;
    private final List<Thread> hops = new ArrayList<>();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean closed;

    private record Pending(long sentNanos, CompletableFuture<Long> arrived) {}

    private BareHops(String bootstrapServers, int lanes, EventLoop loop) {
        this.bootstrapServers = bootstrapServers;
        this.loop = loop;
        // Names of their own: topics and groups that were just deleted are remembered for a while.
        String prefix = "bench." + Long.toString(System.currentTimeMillis(), 36) + ".";
        this.requestsTopic = prefix + "requests";
        this.jobsTopic = prefix + "jobs";
        this.group = prefix + "workers";
        this.lanes = IntStream.range(0, lanes).mapToObj(i -> prefix + "lane." + i).toList();
        this.admin = Admin.create(client("admin"));
        this.requests = producer("requests");
    }

    /**
     * Makes the topics and starts the hops.
     *
     * @param loop on which the answers are handed over
     */
    public static BareHops start(String bootstrapServers, int lanes, EventLoop loop)
            throws InterruptedException {
        BareHops hops = new BareHops(bootstrapServers, lanes, loop);
        try {
            hops.createTopics();
            hops.run("bench-requests", hops::forwardRequests);
            hops.run("bench-jobs", hops::forwardJobs);
            hops.run("bench-lanes", hops::readLanes);
            return hops;
        } catch (ExecutionException e) {
            hops.close();
            throw new BenchFailure(
                    "The broker at " + bootstrapServers + " does not take the bench's topics", e);
        }
    }

    /** Sends one record round; on the loop. Ends with the nanoseconds until it was read again. */
    public CompletableFuture<Long> ask(int lane) {
        long id = ids.incrementAndGet();
        CompletableFuture<Long> arrived = new CompletableFuture<>();
        byte[] value = ByteBuffer.allocate(VALUE_BYTES).putLong(id).putInt(lane).array();
        pending.put(id, new Pending(System.nanoTime(), arrived));
        byte[] key = ByteBuffer.allocate(4).putInt(lane).array();
        send(requests, new ProducerRecord<>(requestsTopic, key, value));
        return arrived;
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        for (Thread hop : hops) {
            hop.join(Duration.ofSeconds(5));
        }
        requests.close(Duration.ofSeconds(1));
        admin.deleteTopics(topics().stream().map(NewTopic::name).toList());
        admin.close(Duration.ofSeconds(5));
    }

    private void createTopics() throws ExecutionException, InterruptedException {
        admin.createTopics(topics()).all().get();
        // Before the group exists, or its first record may be skipped.
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        Collection<AlterConfigOp> earliest =
                List.of(
                        new AlterConfigOp(
                                new ConfigEntry("share.auto.offset.reset", "earliest"),
                                AlterConfigOp.OpType.SET));
        admin.incrementalAlterConfigs(Map.of(resource, earliest)).all().get();
    }

    private List<NewTopic> topics() {
        List<NewTopic> topics = new ArrayList<>();
        topics.add(new NewTopic(requestsTopic, PARTITIONS, (short) 1));
        topics.add(new NewTopic(jobsTopic, 1, (short) 1));
        lanes.forEach(lane -> topics.add(new NewTopic(lane, 1, (short) 1)));
        return topics;
    }

    private void forwardRequests() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumer("requests"));
                Producer<byte[], byte[]> jobs = producer("jobs")) {
            consumer.assign(
                    IntStream.range(0, PARTITIONS)
                            .mapToObj(i -> new TopicPartition(requestsTopic, i))
                            .toList());
            poll(consumer, each -> send(jobs, new ProducerRecord<>(jobsTopic, each.value())));
        }
    }

    private void forwardJobs() {
        Map<String, Object> config = client("workers");
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        config.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        try (KafkaShareConsumer<byte[], byte[]> workers = new KafkaShareConsumer<>(config);
                Producer<byte[], byte[]> frames = producer("frames")) {
            workers.subscribe(List.of(jobsTopic));
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> each : workers.poll(POLL)) {
                    String lane = lanes.get(ByteBuffer.wrap(each.value()).getInt(Long.BYTES));
                    send(frames, new ProducerRecord<>(lane, 0, each.key(), each.value()));
                }
            }
        }
    }

    private void readLanes() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumer("lanes"))) {
            consumer.assign(lanes.stream().map(lane -> new TopicPartition(lane, 0)).toList());
            poll(
                    consumer,
                    each -> {
                        long now = System.nanoTime();
                        Pending one = pending.remove(ByteBuffer.wrap(each.value()).getLong());
                        if (one != null) {
                            long took = now - one.sentNanos();
                            loop.execute(() -> one.arrived().complete(took));
                        }
                    });
        }
    }

    private void poll(
            KafkaConsumer<byte[], byte[]> consumer, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        while (!closed) {
            consumer.poll(POLL).forEach(each);
        }
    }

    private void run(String name, Runnable hop) {
        hops.add(
                Thread.ofPlatform()
                        .name(name)
                        .daemon()
                        .start(() -> {
                            try {
                                hop.run();
                            } catch (InterruptException e) {
                                Thread.currentThread().interrupt();
                            } catch (KafkaException e) {
                                failAll(e);
                            }
                        }));
    }

    private void send(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        var _ =
                producer.send(
                        record,
                        (metadata, failure) -> {
                            if (failure != null) {
                                failAll(failure);
                            }
                        });
    }

    private void failAll(Exception cause) {
        closed = true;
        pending.values().forEach(one -> one.arrived().completeExceptionally(cause));
    }

    private Map<String, Object> client(String role) {
        Map<String, Object> config = new HashMap<>();
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "bench-" + role);
        config.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return config;
    }

    /** The services' own settings. */
    private Producer<byte[], byte[]> producer(String role) {
        Map<String, Object> config = client(role);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(config);
    }

    private Map<String, Object> consumer(String role) {
        Map<String, Object> config = client(role + "-reader");
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        return config;
    }
}

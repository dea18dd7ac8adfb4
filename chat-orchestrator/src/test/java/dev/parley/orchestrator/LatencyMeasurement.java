package dev.parley.orchestrator;

import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Not a test: request → job read uncommitted, and result → terminal read committed, for some commit
 * intervals and stores, and at-least-once, on one real broker; run by hand. Arguments: seconds of
 * each run, then settings of the streams as {@code name=value} to measure those alone.
 */
final class LatencyMeasurement {

    private static final int USERS = 100;

    /** Of each run, at its beginning. */
    private static final int UNCOUNTED_SECONDS = 3;

    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Map<String, Long> uncounted = new ConcurrentHashMap<>();
    private final Map<String, Long> answeredAt = new ConcurrentHashMap<>();
    private final List<Long> toJob = new ArrayList<>();
    private final List<Long> toTerminal = new ArrayList<>();
    private volatile boolean over;

    public static void main(String[] args) throws Exception {
        int seconds = Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("latency");
        Files.writeString(folder.resolve("policy.yaml"), "roles: { user: { limits: {} } }");
        int n = 0;
        run(folder, "warm-up", n++, new Load(100, 3), List.of());
        List<List<String>> ways =
                args.length > 1
                        ? List.of(List.of(args).subList(1, args.length))
                        : List.of(
                                List.of("guarantee=at_least_once"),
                                List.of(),
                                List.of("commit-interval=20ms"),
                                List.of("commit-interval=100ms"),
                                List.of("in-memory=true"));
        for (int rate : new int[] {50, 200}) {
            for (int round = 0; round < 2; round++) {
                for (List<String> way : ways) {
                    run(folder, way + " @" + rate, n++, new Load(rate, seconds), way);
                }
            }
        }
    }

    private record Load(int perSecond, int seconds) {}

    /**
     * @param options settings of the streams, as {@code name=value}
     */
    private static void run(Path folder, String name, int n, Load load, List<String> options)
            throws Exception {
        // A log of its own: a new group would first decide what those before it were asked.
        try (TestBroker broker = TestBroker.start(folder.resolve("broker-" + n))) {
            try (Log log = new Log(broker.bootstrapServers())) {
                log.create(1, Topic.lane(7));
            }
            run(broker, folder, name, n, load, options);
        }
    }

    private static void run(
            TestBroker broker, Path folder, String name, int n, Load load, List<String> options)
            throws Exception {
        List<String> arguments = new ArrayList<>();
        options.forEach(o -> arguments.add("--parley.orchestrator.streams." + o));
        arguments.addAll(
                List.of(
                        "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                        "--parley.kafka.partitions=8",
                        "--parley.jwt.secret=" + "s".repeat(32),
                        "--parley.policy-file=" + folder.resolve("policy.yaml"),
                        "--parley.master-key=" + "A".repeat(43) + "=",
                        "--parley.orchestrator.state-dir=" + folder.resolve("state-" + n),
                        "--parley.orchestrator.streams.application-id=o" + n,
                        "--server.port=0",
                        "--management.server.port=0"));
        long startNanos = System.nanoTime();
        try (ConfigurableApplicationContext service =
                OrchestratorApplication.application().run(arguments.toArray(String[]::new))) {
            var streams = service.getBean(dev.parley.orchestrator.stream.OrchestratorStreams.class);
            while (!streams.isRunning()) {
                LockSupport.parkNanos(10_000_000);
            }
            long readyMs = (System.nanoTime() - startNanos) / 1_000_000;
            new LatencyMeasurement()
                    .measure(broker, name, n, load.perSecond(), load.seconds(), readyMs);
        }
    }

    private void measure(TestBroker broker, String name, int n, int rate, int seconds, long readyMs)
            throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            Thread worker = Thread.ofPlatform().start(() -> work(broker, producer));
            Thread gateway = Thread.ofPlatform().start(() -> watch(broker));
            LockSupport.parkNanos(500_000_000);
            long next = System.nanoTime();
            for (int i = -rate * UNCOUNTED_SECONDS; i < rate * seconds; i++) {
                ask(producer, n, i);
                next += 1_000_000_000L / rate;
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (toTerminal.size() < rate * seconds && System.nanoTime() < end) {
                LockSupport.parkNanos(20_000_000);
            }
            over = true;
            worker.join();
            gateway.join();
        }
        System.out.printf(
                "%-32s ready %5d ms  job p50 %5.1f p90 %5.1f p99 %6.1f  terminal p50 %5.1f p90 %5.1f p99 %6.1f  n=%d load=%.1f%n",
                name,
                readyMs,
                at(toJob, 50),
                at(toJob, 90),
                at(toJob, 99),
                at(toTerminal, 50),
                at(toTerminal, 90),
                at(toTerminal, 99),
                toTerminal.size(),
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage());
    }

    private void ask(KafkaProducer<String, byte[]> producer, int n, int i) {
        String user = "user-" + n + "-" + Math.floorMod(i, USERS);
        String id = MessageIds.of(user, "m" + i);
        byte[] request =
                Json.write(
                        new RequestEvent.MessageSubmitted(
                                id,
                                "m" + i,
                                "home-" + user,
                                "home-" + user,
                                "What is the capital of France?",
                                null,
                                null,
                                null,
                                null,
                                "ws",
                                new Caller(user, null, null, "user", null),
                                new ReplyTo("session-" + user, 7, 1),
                                Instant.now()));
        (i < 0 ? uncounted : askedAt).put(id, System.nanoTime());
        producer.send(new ProducerRecord<>(Topic.REQUESTS.topicName(), user, request));
    }

    private void work(TestBroker broker, KafkaProducer<String, byte[]> producer) {
        try (Log.Reader jobs =
                new Log.Reader(broker.bootstrapServers(), false, Topic.JOBS.topicName())) {
            while (!over) {
                for (ConsumerRecord<String, byte[]> record : jobs.poll(Duration.ofMillis(50))) {
                    long now = System.nanoTime();
                    Job job = Json.read(record.value(), Job.class);
                    Long asked = askedAt.remove(job.messageId());
                    if (asked != null) {
                        toJob.add(now - asked);
                    } else if (uncounted.remove(job.messageId()) == null) {
                        continue;
                    }
                    byte[] result =
                            Json.write(
                                    new ResultEvent.AnswerCompleted(
                                            job.messageId(),
                                            job.userId(),
                                            1,
                                            "Paris is the capital of France. ".repeat(10),
                                            "stop",
                                            "demo",
                                            new TokenUsage(10, 50, 0, false),
                                            0,
                                            List.of(),
                                            1,
                                            Instant.now(),
                                            Instant.now(),
                                            Instant.now(),
                                            "worker"));
                    if (asked != null) {
                        answeredAt.put(job.messageId(), System.nanoTime());
                    }
                    producer.send(
                            new ProducerRecord<>(Topic.RESULTS.topicName(), job.userId(), result));
                }
            }
        }
    }

    private void watch(TestBroker broker) {
        try (Log.Reader lane = new Log.Reader(broker.bootstrapServers(), true, Topic.lane(7))) {
            while (!over) {
                for (ConsumerRecord<String, byte[]> frame : lane.poll(Duration.ofMillis(50))) {
                    String id =
                            new String(
                                    frame.headers().lastHeader(LaneHeaders.MESSAGE).value(),
                                    StandardCharsets.UTF_8);
                    Long answered = answeredAt.remove(id);
                    if (answered != null) {
                        toTerminal.add(System.nanoTime() - answered);
                    }
                }
            }
        }
    }

    private static double at(List<Long> nanos, int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? Double.NaN
                : Arrays.stream(sorted)
                                .skip((long) sorted.length * percent / 100)
                                .findFirst()
                                .orElse(sorted[sorted.length - 1])
                        / 1e6;
    }
}

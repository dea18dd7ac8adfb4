package dev.parley.audit;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.TestBroker;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.TurnRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.springframework.dao.DataAccessException;

/**
 * How soon what is in the log can be seen, and how long after PostgreSQL's return everything is
 * stored that came while it was away; run by hand. Load: exchanges of three links and thirteen
 * checkpoints from one writer at a steady rate.
 */
final class OutageMeasurement {

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration WATCHED = Duration.ofSeconds(30);
    private static final int STEPS = 13;
    private static final String USER = "somebody";

    private final LogWriter log;
    private final KafkaProducer<String, byte[]> producer;
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();

    private OutageMeasurement(LogWriter log, KafkaProducer<String, byte[]> producer) {
        this.log = log;
        this.producer = producer;
    }

    public static void main(String[] arguments) throws InterruptedException {
        int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50;
        Duration outage =
                Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 60);
        try (TestBroker broker = TestBroker.start();
                TestDatabase database = TestDatabase.start();
                AuditService audit = AuditService.start(broker.bootstrapServers(), database.url());
                LogWriter log = new LogWriter(broker.bootstrapServers());
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(
                                Map.of("bootstrap.servers", broker.bootstrapServers()),
                                new StringSerializer(),
                                new ByteArraySerializer())) {
            new OutageMeasurement(log, producer).run(audit, database, perSecond, outage);
        }
        System.exit(0);
    }

    private static void pass(Duration time) {
        Awaitility.await("time under load")
                .pollDelay(time)
                .atMost(time.plusSeconds(10))
                .until(() -> true);
    }

    private void run(AuditService audit, TestDatabase database, int perSecond, Duration outage)
            throws InterruptedException {
        Thread load = Thread.ofPlatform().start(() -> write(perSecond));
        pass(WARM_UP);
        visible(audit);
        database.stop();
        pass(outage);
        long missing = exchanges.get();
        database.startAgain();
        long back = System.nanoTime();
        while (stored(audit) < exchanges.get()) {
            LockSupport.parkNanos(5_000_000);
        }
        System.out.printf(
                "after %d s without PostgreSQL under %d exchanges/s (%d records/s): caught up %.2f s"
                        + " after it answered; %d exchanges when it came back%n",
                outage.toSeconds(),
                perSecond,
                perSecond * (3 + STEPS),
                (System.nanoTime() - back) / 1e9,
                missing);
        stop.set(true);
        load.join();
    }

    private void write(int perSecond) {
        long next = System.nanoTime();
        while (!stop.get()) {
            exchange();
            next += 1_000_000_000L / perSecond;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** The conversation, and the acknowledgement of its last link. */
    private record Sent(String conversation, Future<RecordMetadata> last) {}

    private synchronized Sent exchange() {
        String conversation = UUID.randomUUID().toString();
        String message = UUID.randomUUID().toString();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        for (int i = 0; i < STEPS; i++) {
            Checkpoint step =
                    new Checkpoint(
                            message,
                            conversation,
                            USER,
                            "step_" + i,
                            "chat-orchestrator",
                            "test-1",
                            now.plusNanos(i * 1_000L),
                            1_500,
                            "ok",
                            Map.of());
            producer.send(new ProducerRecord<>(Topic.FLOW.topicName(), message, Json.write(step)));
        }
        Future<RecordMetadata> last = null;
        for (TurnRecord.Body body :
                List.of(
                        log.userTurn(USER, message, null, null, "A question"),
                        log.assistantTurn(USER, message, "An answer"),
                        log.charge(message))) {
            byte[] link = Json.write(log.next(USER, conversation, body));
            last = producer.send(new ProducerRecord<>(Topic.TURNS.topicName(), conversation, link));
        }
        exchanges.incrementAndGet();
        return new Sent(conversation, last);
    }

    private void visible(AuditService audit) {
        List<Double> waits = new ArrayList<>();
        long until = System.nanoTime() + WATCHED.toNanos();
        while (System.nanoTime() < until) {
            Sent sent = exchange();
            acknowledged(sent);
            String conversation = sent.conversation();
            long acknowledged = System.nanoTime();
            while (audit.database()
                    .sql("SELECT count(*) FROM charges WHERE conversation_id = ?")
                    .param(conversation)
                    .query(Long.class)
                    .single()
                    .equals(0L)) {
                LockSupport.parkNanos(2_000_000);
            }
            waits.add((System.nanoTime() - acknowledged) / 1e6);
            LockSupport.parkNanos(50_000_000);
        }
        Collections.sort(waits);
        System.out.printf(
                "visible after the broker's acknowledgement of an exchange's last record: p50 %.0f ms,"
                        + " p99 %.0f ms, max %.0f ms (%d samples)%n",
                waits.get(waits.size() / 2),
                waits.get(waits.size() * 99 / 100),
                waits.getLast(),
                waits.size());
    }

    private static void acknowledged(Sent sent) {
        try {
            sent.last().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long stored(AuditService audit) {
        try {
            return audit.database().sql("SELECT count(*) FROM charges").query(Long.class).single();
        } catch (DataAccessException e) {
            return -1;
        }
    }
}

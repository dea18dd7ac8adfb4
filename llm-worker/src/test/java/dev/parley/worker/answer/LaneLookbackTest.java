package dev.parley.worker.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.worker.Broker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a worker that takes an answer over finds of it on a real lane, and what it passes over. */
class LaneLookbackTest {

    private static final int LANE = 4;
    private static final int EPOCH = 7;
    private static final String LOST = "lost";
    private static final String OTHER = "other";
    private static final AtomicInteger MESSAGES = new AtomicInteger();

    private static Broker broker;
    private static KafkaClients clients;
    private static KafkaProducer<String, byte[]> producer;
    private static LaneLookback lookback;

    private final String id = "m-" + MESSAGES.incrementAndGet();
    private final ReplyTo to = new ReplyTo("session-of-" + id, LANE, EPOCH);
    private Job job;

    @BeforeAll
    static void start() throws Exception {
        broker = Broker.start();
        clients =
                new KafkaClients(
                        new KafkaSettings(
                                broker.address(),
                                1,
                                (short) -1,
                                Duration.ofHours(6),
                                null,
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(10),
                                Map.of()),
                        new Instance("llm-worker", "looks-back"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
            admin.createTopics(List.of(new NewTopic(Topic.lane(LANE), 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        producer = new KafkaProducer<>(clients.producer("test"));
        lookback = new LaneLookback(clients);
    }

    @AfterAll
    static void stop() throws Exception {
        producer.close(Duration.ofSeconds(1));
        broker.close();
    }

    @BeforeEach
    void ask() {
        job = job(LANE, Instant.now());
    }

    private Job job(int lane, Instant createdAt) {
        return new Job(
                "job-" + id,
                id,
                "conversation",
                "user-1",
                "user",
                new ReplyTo(to.sessionId(), lane, EPOCH),
                "demo",
                List.of(new ChatMessage("user", "hello")),
                null,
                null,
                createdAt,
                createdAt.plusSeconds(120));
    }

    private ProducerRecord<String, byte[]> frame(
            ReplyTo lease, String worker, int attempt, ServerFrame frame) {
        return new Outbound(new Instance("llm-worker", worker), Clock.systemUTC())
                .frame(lease, id, attempt, "frame", frame);
    }

    private void shows(String worker, int attempt, ServerFrame frame) {
        producer.send(frame(to, worker, attempt, frame));
        producer.flush();
    }

    private void says(String worker, int attempt, long seq, String text) {
        shows(worker, attempt, new ServerFrame.Token(id, seq, text));
    }

    @Test
    void findsWhatTheLostWorkerShowedToItsLastToken() {
        says(LOST, 1, 0, "Once upon ");
        says(LOST, 1, 1, "a time \uD83D\uDE00");

        assertThat(lookback.before(job, 11))
                .isEqualTo(new LaneMemory.Shown("Once upon a time \uD83D\uDE00", 2, false));
    }

    @Test
    void findsNothingWhereNothingWasShown() {
        assertThat(lookback.before(job, 2)).isEqualTo(new LaneMemory.Shown("", 0, false));
    }

    @Test
    void passesOverWhatIsNotOfThisAnswerAndLease() {
        says(LOST, 1, 0, "mine");
        ReplyTo formerLease = new ReplyTo(to.sessionId(), LANE, EPOCH - 1);
        producer.send(frame(formerLease, LOST, 1, new ServerFrame.Token(id, 1, "a former lease")));
        ReplyTo neighbour = new ReplyTo("session-2", LANE, EPOCH);
        producer.send(frame(neighbour, LOST, 1, new ServerFrame.Token(id, 1, "a neighbour")));
        ProducerRecord<String, byte[]> another =
                frame(to, LOST, 1, new ServerFrame.Token("m-other", 1, "another answer"));
        another.headers()
                .remove(LaneHeaders.MESSAGE)
                .add(LaneHeaders.MESSAGE, "m-other".getBytes());
        producer.send(another);
        producer.flush();

        assertThat(lookback.before(job, 11)).isEqualTo(new LaneMemory.Shown("mine", 1, false));
    }

    @Test
    void followsTheFirstOfTwoWorkersWithOneAttempt() {
        says(LOST, 1, 0, "first ");
        says(OTHER, 1, 0, "second ");
        says(LOST, 1, 1, "and on");

        assertThat(lookback.before(job, 11))
                .isEqualTo(new LaneMemory.Shown("first and on", 2, false));
    }

    @Test
    void aLaterAttemptTakesTheEarlierOnesPlaceFromWhereItKept() {
        says(LOST, 1, 0, "abcdef");
        shows(OTHER, 11, new ServerFrame.Restart(id, 11, 3));
        says(OTHER, 11, 1, "xyz");
        says(LOST, 1, 1, "a zombie's");

        assertThat(lookback.before(job, 21)).isEqualTo(new LaneMemory.Shown("abcxyz", 2, false));
    }

    @Test
    void whatBeganAgainForgetsTextAndTools() {
        says(LOST, 1, 0, "with a tool ");
        shows(LOST, 1, new ServerFrame.ToolResult(id, "call", "ok", 3, "result"));
        assertThat(lookback.before(job, 11))
                .isEqualTo(new LaneMemory.Shown("with a tool ", 1, true));

        shows(OTHER, 11, new ServerFrame.Restart(id, 11, 0));
        says(OTHER, 11, 0, "anew");
        assertThat(lookback.before(job, 21)).isEqualTo(new LaneMemory.Shown("anew", 1, false));
    }

    /** Its own attempt's records, and those of a later one, are not what came before it. */
    @Test
    void looksAtEarlierAttemptsAlone() {
        says(LOST, 1, 0, "before");
        says(OTHER, 11, 0, "its own");
        says(LOST, 21, 0, "later");

        assertThat(lookback.before(job, 11)).isEqualTo(new LaneMemory.Shown("before", 1, false));
    }

    @Test
    void whereTheLaneCannotBeReadNothingIsClaimed() {
        assertThat(lookback.before(job(9, Instant.now()), 2)).isNull();
    }
}

package dev.parley.orchestrator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Given;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Running;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.vault.PersonCipher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of answers whose workers are lost, or that two workers have. */
class TakeoverTest {

    private static final String LANE = "parley.lane.00007";
    private static final int TAKEOVERS_MAX = 2;
    private static final Duration ABANDON_AFTER = Duration.ofSeconds(40);

    @TempDir Path folder;

    private final Clock clock = Clock.fixed(Given.START, ZoneOffset.UTC);
    private final Set<String> lost = new HashSet<>();
    private final List<BlockDue> blocks = new ArrayList<>();
    private Duration idle = Duration.ZERO;
    private Duration none = Duration.ZERO;
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> requests;
    private TestInputTopic<String, byte[]> results;

    @BeforeEach
    void start() {
        Instance instance = new Instance("chat-orchestrator", "test");
        Policy policy = Given.policy(Given.limits());
        Workers workers =
                new Workers() {
                    @Override
                    public boolean isLost(String worker) {
                        return lost.contains(worker);
                    }

                    @Override
                    public Duration idleFor() {
                        return idle;
                    }

                    @Override
                    public Duration noneFor() {
                        return none;
                    }
                };
        Rules rules =
                new Rules(
                        Given.settings(),
                        () -> policy,
                        clock,
                        Duration.ofSeconds(5),
                        Duration.ofDays(30),
                        true,
                        new TakeoverSettings(
                                Duration.ofSeconds(3), Duration.ZERO, TAKEOVERS_MAX, ABANDON_AFTER),
                        workers,
                        new ViolationSettings(2, Duration.ofHours(1), Duration.ofHours(24)),
                        blocks::add);
        Carriage carriage =
                new Carriage(
                        new Outbound(instance, clock),
                        instance,
                        lane -> true,
                        new PersonCipher(new SecureRandom()),
                        new byte[PersonCipher.KEY_BYTES],
                        Redaction.of(List.of("mail"), Map.of()),
                        new SimpleMeterRegistry());
        Properties config = new Properties();
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        driver =
                new TopologyTestDriver(
                        OrchestratorTopology.of(rules, carriage, true), config, Given.START);
        requests = input(Topic.REQUESTS);
        results = input(Topic.RESULTS);
        requests.pipeInput(
                Given.USER,
                Json.write(new Given().say("hello").under("hello").event()),
                clock.instant());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private static final String ID = Given.id("hello");

    private void started(int attempt, String worker) {
        report(new ResultEvent.AttemptStarted(ID, Given.USER, attempt, worker, Given.START));
    }

    private void completed(int attempt, String worker, String answer) {
        report(
                new ResultEvent.AnswerCompleted(
                        ID,
                        Given.USER,
                        attempt,
                        answer,
                        "stop",
                        "demo",
                        new TokenUsage(5, 3, 0, false),
                        0,
                        List.of(),
                        1,
                        Given.START,
                        Given.START,
                        Given.START,
                        worker));
    }

    private void report(ResultEvent result) {
        results.pipeInput(Given.USER, Json.write(result), clock.instant());
    }

    private void tick() {
        driver.advanceWallClockTime(UserProcessor.TICK);
    }

    private <T> List<T> read(String topic, Class<T> type) {
        return driver
                .createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .map(value -> Json.read(value, type))
                .toList();
    }

    private TestInputTopic<String, byte[]> input(Topic topic) {
        return driver.createInputTopic(
                topic.topicName(),
                new StringSerializer(),
                new ByteArraySerializer(),
                Given.START,
                Duration.ZERO);
    }

    private Instant at() {
        return clock.instant();
    }

    @Test
    void aLostWorkersAnswerIsDispatchedAgainAndTheOldJobIsVoid() {
        started(1, "a");
        tick();
        assertThat(read(Topic.JOBS.topicName(), Job.class)).hasSize(1);
        lost.add("a");
        tick();
        tick();

        List<Job> jobs = read(Topic.JOBS.topicName(), Job.class);
        assertThat(jobs).hasSize(1);
        assertThat(jobs.getFirst().attemptBase()).isEqualTo(10);
        assertThat(jobs.getFirst().takeovers()).isEqualTo(1);
        assertThat(jobs.getFirst().messages()).hasSize(1);
        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.JobReplaced(ID, Given.USER, 10, at()));

        started(11, "b");
        completed(1, "a", "a zombie's");
        completed(11, "b", "the answer");

        List<ServerFrame> frames = read(LANE, ServerFrame.class);
        assertThat(frames).hasSize(1);
        assertThat(((ServerFrame.Done) frames.getFirst()).result().answer())
                .isEqualTo("the answer");
    }

    @Test
    void aZombieThatFinishesBeforeAnybodyElseBeganHasAnsweredAllTheSame() {
        started(1, "a");
        lost.add("a");
        tick();
        completed(1, "a", "late, and good");
        started(11, "b");

        assertThat(read(LANE, ServerFrame.class)).hasSize(1);
        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .last()
                .isEqualTo(new ControlEvent.RunVoid(ID, Given.USER, "b", 11, Given.START));
    }

    @Test
    void aJobThatNobodyBeginsThoughThereIsRoomIsDispatchedAgain() {
        tick();
        assertThat(read(Topic.JOBS.topicName(), Job.class)).hasSize(1);
        idle = Duration.ofSeconds(1);
        // With no wait at all a job may be given on with every tick.
        tick();

        Job again = read(Topic.JOBS.topicName(), Job.class).getFirst();
        assertThat(again.attemptBase()).isEqualTo(10);
        assertThat(again.takeovers()).isEqualTo(1);
    }

    @Test
    void aJobThatNobodyBeginsIsNeverLost() {
        idle = Duration.ofSeconds(1);
        for (int i = 0; i < 2 * TAKEOVERS_MAX + 2; i++) {
            tick();
        }

        assertThat(read(LANE, ServerFrame.class)).isEmpty();
        assertThat(read(Topic.JOBS.topicName(), Job.class))
                .last()
                .matches(j -> j.takeovers() > TAKEOVERS_MAX);
    }

    @Test
    void afterSoManyTakeoversTheAnswerIsLost() {
        lost.add("w");
        for (int job = 0; job <= TAKEOVERS_MAX; job++) {
            started(job * Attempts.ATTEMPTS_OF_A_JOB + 1, "w");
            tick();
        }

        List<ServerFrame> frames = read(LANE, ServerFrame.class);
        assertThat(frames).hasSize(1);
        assertThat(((ServerFrame.Failure) frames.getFirst()).code().code())
                .isEqualTo("worker_lost");
        assertThat(read(Topic.JOBS.topicName(), Job.class)).hasSize(1 + TAKEOVERS_MAX);
    }

    @Test
    void withNoWorkerLeftTheAnswerEndsAndItsHoldIsReleased() {
        started(1, "a");
        none = ABANDON_AFTER.minusMillis(1);
        tick();
        assertThat(held()).hasSize(1);
        assertThat(read(LANE, ServerFrame.class)).isEmpty();
        none = ABANDON_AFTER;
        tick();

        assertThat(held()).isEmpty();
        List<ServerFrame> frames = read(LANE, ServerFrame.class);
        assertThat(frames).hasSize(1);
        assertThat(((ServerFrame.Failure) frames.getFirst()).code().code())
                .isEqualTo("worker_lost");
        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.JobReplaced(ID, Given.USER, 10, at()));

        completed(1, "a", "a zombie's");
        started(2, "b");
        assertThat(read(LANE, ServerFrame.class)).isEmpty();
        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.RunVoid(ID, Given.USER, "b", 2, Given.START));
    }

    @Test
    void aJobThatCameWhileNobodyWasThereWaitsForSomebodyToCome() {
        none = ABANDON_AFTER;
        tick();

        assertThat(held()).hasSize(1);
        assertThat(read(LANE, ServerFrame.class)).isEmpty();
    }

    /** The answers that run for the user, each with its hold. */
    private List<Running> held() {
        return new StoredMemory(driver.getKeyValueStore(StateKeys.STORE), Given.USER)
                .user()
                .running();
    }

    @Test
    void ofTwoWorkersWithOneAttemptTheFirstCountsAndTheEndIsToldWhole() {
        started(1, "a");
        started(1, "b");
        completed(1, "b", "the other's");
        completed(1, "a", "the answer");

        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.RunVoid(ID, Given.USER, "b", 1, Given.START));
        List<ServerFrame> frames = read(LANE, ServerFrame.class);
        assertThat(frames).hasSize(3);
        assertThat(frames.get(0)).isEqualTo(new ServerFrame.Restart(ID, 1, 0));
        assertThat(frames.get(1)).isEqualTo(new ServerFrame.Token(ID, 0, "the answer"));
        assertThat(((ServerFrame.Done) frames.get(2)).result().answer()).isEqualTo("the answer");
    }

    /** The group gave the job to another worker, and this one still speaks. */
    @Test
    void whoseAttemptIsNotTheNewestIsToldToEnd() {
        started(1, "a");
        started(2, "b");
        started(3, "b");

        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.RunVoid(ID, Given.USER, "a", 1, Given.START));
    }

    @Test
    void whoeverBeginsWhatHasEndedIsToldToEnd() {
        started(1, "a");
        completed(1, "a", "the answer");
        started(1, "b");

        assertThat(read(Topic.CONTROL.topicName(), ControlEvent.class))
                .containsExactly(new ControlEvent.RunVoid(ID, Given.USER, "b", 1, Given.START));
        assertThat(read(LANE, ServerFrame.class)).hasSize(1);
    }

    @Test
    void whomTheGuardKeepsBlockingIsBlocked() {
        violation("m-1", "warn");
        violation("m-2", "block");
        violation("m-2", "block");
        assertThat(blocks).isEmpty();
        violation("m-3", "block");

        assertThat(blocks).hasSize(1);
        assertThat(blocks.getFirst().block().user()).isEqualTo(Given.USER);
        assertThat(blocks.getFirst().block().until()).isEqualTo(at().plus(Duration.ofHours(24)));
    }

    private void violation(String message, String verdict) {
        report(
                new ResultEvent.GuardReported(
                        message, Given.USER, 1, "prompt", verdict, "rule", Given.START));
    }
}

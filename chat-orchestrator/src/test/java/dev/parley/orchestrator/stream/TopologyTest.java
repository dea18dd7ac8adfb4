package dev.parley.orchestrator.stream;

import static dev.parley.orchestrator.core.Given.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Given;
import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.PersonCipher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyTest {

    private static final byte[] MASTER_KEY = new byte[PersonCipher.KEY_BYTES];
    private static final Duration AGE = Duration.ofDays(30);

    @TempDir Path folder;

    private final MovingClock clock = new MovingClock();
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());
    private Policy policy = Given.policy(Given.limits());
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> requests;
    private TestInputTopic<String, byte[]> results;

    @BeforeEach
    void start() {
        Instance instance = new Instance("chat-orchestrator", "test");
        Rules rules =
                new Rules(Given.settings(), () -> policy, clock, Duration.ofSeconds(5), AGE, true);
        Carriage carriage =
                new Carriage(
                        new Outbound(instance, clock),
                        instance,
                        lane -> lane < 100,
                        cipher,
                        MASTER_KEY,
                        Redaction.of(List.of("mail"), Map.of()),
                        new SimpleMeterRegistry());
        Properties config = new Properties();
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallRocks.class);
        driver =
                new TopologyTestDriver(
                        OrchestratorTopology.of(rules, carriage, false), config, Given.START);
        requests = input(Topic.REQUESTS);
        results = input(Topic.RESULTS);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void writesEachTurnWhereItBelongs() {
        ask("hello", "hello");
        answer("hello", "Hi!");

        assertThat(jobs()).hasSize(1).allMatch(r -> r.key() == null);
        assertThat(read(Topic.TURNS.topicName()))
                .extracting(r ->
                        Json.read(r.value(), TurnRecord.class).body().getClass().getSimpleName())
                .containsExactly("UserTurn", "ChargeTurn", "AssistantTurn");
        assertThat(read("parley.lane.00007")).hasSize(1);
    }

    @Test
    void linksTheTurnsOfAConversationWithoutAGap() {
        for (int i = 0; i < 5; i++) {
            ask("m" + i, "question " + i);
            answer("m" + i, "answer " + i);
        }

        List<TestRecord<String, byte[]>> turns = read(Topic.TURNS.topicName());
        assertThat(turns).hasSize(15).allMatch(r -> r.key().equals("home"));
        ConversationChain.Head head = ConversationChain.Head.START;
        for (TestRecord<String, byte[]> record : turns) {
            TurnRecord turn = Json.read(record.value(), TurnRecord.class);
            assertThat(turn.ordinal()).isEqualTo(head.nextOrdinal());
            assertThat(turn.prevHash()).isEqualTo(head.lastHash());
            assertThat(ConversationChain.hash(Json.tree(record.value()))).isEqualTo(turn.hash());
            head = ConversationChain.after(turn);
        }
    }

    @Test
    void sealsTextsWithOneKeyOfTheUserThatIsPublishedWrapped() {
        ask("a", "a secret");
        answer("a", "another secret");

        List<TestRecord<String, byte[]>> keys = read(Topic.KEYS.topicName());
        assertThat(keys).hasSize(1);
        PersonKey key = Json.read(keys.getFirst().value(), PersonKey.class);
        byte[] open = cipher.unwrap(MASTER_KEY, Given.USER, key.keyId(), key.wrapped());
        List<String> texts = new ArrayList<>();
        for (TestRecord<String, byte[]> record : read(Topic.TURNS.topicName())) {
            assertThat(new String(record.value(), StandardCharsets.UTF_8)).doesNotContain("secret");
            switch (Json.read(record.value(), TurnRecord.class).body()) {
                case TurnRecord.UserTurn turn ->
                        texts.add(cipher.open(open, turn.messageId(), turn.text()));
                case TurnRecord.AssistantTurn turn ->
                        texts.add(cipher.open(open, turn.messageId(), turn.text()));
                default -> {}
            }
        }
        assertThat(texts).containsExactly("a secret", "another secret");
    }

    @Test
    void sealsWithoutWhatIsRedactedAndAnswersWithIt() {
        ask("a", "I am ada@mail.example.org");
        answer("a", "Hello ada@mail.example.org");

        byte[] key = openKey(read(Topic.KEYS.topicName()).getFirst());
        assertThat(texts(key, read(Topic.TURNS.topicName())))
                .containsExactly("I am [redacted:mail]", "Hello [redacted:mail]");
        assertThat(new String(jobs().getFirst().value(), StandardCharsets.UTF_8))
                .contains("ada@mail.example.org");
    }

    @Test
    void erasureLeavesNoTextInTheStateAndTheNextMessageMakesAnotherKey() {
        ask("a", "a canary sang");
        answer("a", "It did, the canary");
        PersonKey first =
                Json.read(read(Topic.KEYS.topicName()).getFirst().value(), PersonKey.class);
        requests.pipeInput(
                Given.USER,
                Json.write(
                        new RequestEvent.ErasureRequested(
                                "e-1",
                                Given.USER,
                                new Caller("the-auditor", null, null, "auditor", null),
                                null,
                                Given.START)));

        List<TestRecord<String, byte[]>> tombstones = read(Topic.KEYS.topicName());
        assertThat(tombstones).hasSize(1);
        assertThat(tombstones.getFirst().key()).isEqualTo(Given.USER);
        assertThat(tombstones.getFirst().value()).isNull();
        KeyValueStore<String, byte[]> store = driver.getKeyValueStore(StateKeys.STORE);
        try (var all = store.all()) {
            all.forEachRemaining(entry ->
                    assertThat(new String(entry.value, StandardCharsets.UTF_8))
                            .doesNotContain("canary", first.wrapped()));
        }

        ask("b", "somebody new");
        PersonKey second =
                Json.read(read(Topic.KEYS.topicName()).getFirst().value(), PersonKey.class);
        assertThat(second.keyId()).isNotEqualTo(first.keyId());
        ConversationChain.Head head = ConversationChain.Head.START;
        for (TestRecord<String, byte[]> record : read(Topic.TURNS.topicName())) {
            TurnRecord turn = Json.read(record.value(), TurnRecord.class);
            assertThat(turn.prevHash()).isEqualTo(head.lastHash());
            head = ConversationChain.after(turn);
        }
        assertThat(head.nextOrdinal()).isEqualTo(4);
    }

    @Test
    void wordsThatAreRunAgainStayUnderTheKeyOfWhoseTheyAre() {
        byte[] open = cipher.newKey();
        PersonKey grace =
                new PersonKey(
                        "grace", "key-1", cipher.wrap(MASTER_KEY, "grace", "key-1", open), START);
        askAgain("again", "a canary sang", grace);
        answer("again", "It did, the canary");

        List<TestRecord<String, byte[]>> turns = read(Topic.TURNS.topicName());
        assertThat(texts(open, turns)).containsExactly("a canary sang", "It did, the canary");
        assertThat(turns)
                .extracting(r -> Json.read(r.value(), TurnRecord.class).userId())
                .containsOnly(Given.USER);
        assertThat(new String(turns.getFirst().value(), StandardCharsets.UTF_8))
                .contains("\"user_id\":\"grace\"");
        assertThat(read(Topic.KEYS.topicName())).isEmpty();
        KeyValueStore<String, byte[]> store = driver.getKeyValueStore(StateKeys.STORE);
        try (var all = store.all()) {
            all.forEachRemaining(entry ->
                    assertThat(new String(entry.value, StandardCharsets.UTF_8))
                            .doesNotContain("canary", grace.wrapped()));
        }

        jobs();
        ask("later", "And then?");
        assertThat(Json.read(jobs().getFirst().value(), Job.class).messages()).hasSize(1);
        assertThat(
                        texts(
                                openKey(read(Topic.KEYS.topicName()).getFirst()),
                                read(Topic.TURNS.topicName())))
                .containsExactly("And then?");
    }

    @Test
    void aKeyThatDoesNotOpenSealsForNobodyAndStallsNothing() {
        askAgain("again", "a canary sang", new PersonKey("grace", "key-1", "bm9uZQ==", START));
        ask("other", "hello");

        List<TestRecord<String, byte[]>> turns = read(Topic.TURNS.topicName());
        assertThat(turns).hasSize(2);
        assertThat(new String(turns.getFirst().value(), StandardCharsets.UTF_8))
                .contains("\"key_id\":\"key-1\"")
                .doesNotContain("canary");
    }

    /** As the audit service does for an auditor. */
    private void askAgain(String clientMsgId, String text, PersonKey key) {
        RequestEvent.MessageSubmitted said = said(clientMsgId, text);
        requests.pipeInput(
                Given.USER,
                Json.write(
                        new RequestEvent.MessageSubmitted(
                                said.messageId(),
                                said.clientMsgId(),
                                said.conversationId(),
                                said.homeConversationId(),
                                text,
                                null,
                                null,
                                null,
                                List.of(),
                                "rerun",
                                said.caller(),
                                said.replyTo(),
                                said.receivedAt(),
                                new RequestEvent.Rerun(
                                        "replay-1", "recorded", "message-1", List.of(), key))),
                clock.instant());
    }

    private byte[] openKey(TestRecord<String, byte[]> record) {
        PersonKey key = Json.read(record.value(), PersonKey.class);
        return cipher.unwrap(MASTER_KEY, Given.USER, key.keyId(), key.wrapped());
    }

    private List<String> texts(byte[] key, List<TestRecord<String, byte[]>> turns) {
        List<String> texts = new ArrayList<>();
        for (TestRecord<String, byte[]> record : turns) {
            switch (Json.read(record.value(), TurnRecord.class).body()) {
                case TurnRecord.UserTurn turn ->
                        texts.add(cipher.open(key, turn.messageId(), turn.text()));
                case TurnRecord.AssistantTurn turn ->
                        texts.add(cipher.open(key, turn.messageId(), turn.text()));
                default -> {}
            }
        }
        return texts;
    }

    @Test
    void putsPoisonAsideAndServesTheNext() {
        requests.pipeInput(Given.USER, "not JSON".getBytes(StandardCharsets.UTF_8));
        requests.pipeInput(Given.USER, null);
        requests.pipeInput(
                Given.USER, "{\"type\":\"message_submitted\"}".getBytes(StandardCharsets.UTF_8));
        requests.pipeInput("mallory", Json.write(said("forged", "text")));
        requests.pipeInput(
                Given.USER,
                "{\"type\":\"message_submitted\",\"message_id\":\"m\",\"caller\":{\"id\":\"ada\"}}"
                        .getBytes(StandardCharsets.UTF_8));
        results.pipeInput(Given.USER, "{\"type\":\"nothing\"}".getBytes(StandardCharsets.UTF_8));
        ask("hello", "hello");

        List<TestRecord<String, byte[]>> dead = read(Topic.REQUESTS.deadLetterName());
        assertThat(dead).hasSize(5).allMatch(r -> header(r, "dlt_reason") != null);
        assertThat(header(dead.get(3), "dlt_reason")).contains("key is not the user");
        assertThat(header(dead.getFirst(), "dlt_source")).isEqualTo("parley.requests/0/0");
        assertThat(read(Topic.RESULTS.deadLetterName())).hasSize(1);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void tellsWhoeverWasAcceptedWhenTheRequestCannotBeDecided() {
        driver.<String, byte[]>getKeyValueStore(StateKeys.STORE)
                .put(StateKeys.user(Given.USER), "damaged".getBytes(StandardCharsets.UTF_8));
        ask("hello", "hello");

        TestRecord<String, byte[]> frame = read("parley.lane.00007").getFirst();
        assertThat(new String(frame.value(), StandardCharsets.UTF_8))
                .contains("\"code\":\"internal\"", Given.id("hello"));
        assertThat(read(Topic.REQUESTS.deadLetterName())).hasSize(1);
    }

    @Test
    void marksATerminalWithItsMessageAndAnAsideWithNone() {
        ask("hello", "hello");
        ask("hello", "another text");
        answer("hello", "Hi!");

        List<TestRecord<String, byte[]>> frames = read("parley.lane.00007");
        assertThat(frames).hasSize(2).allMatch(r -> r.key().equals("session-1"));
        assertThat(header(frames.getFirst(), LaneHeaders.MESSAGE)).isNull();
        assertThat(header(frames.getFirst(), LaneHeaders.KIND)).isEqualTo("error");
        assertThat(header(frames.getLast(), LaneHeaders.MESSAGE)).isEqualTo(Given.id("hello"));
        assertThat(header(frames.getLast(), LaneHeaders.KIND)).isEqualTo("done");
        assertThat(header(frames.getLast(), LaneHeaders.EPOCH)).isEqualTo("3");
    }

    @Test
    void leavesOutAFrameForALaneThatDoesNotExist() {
        RequestEvent.MessageSubmitted m = said("hello", "hello");
        requests.pipeInput(
                Given.USER,
                Json.write(
                        new RequestEvent.MessageSubmitted(
                                m.messageId(),
                                m.clientMsgId(),
                                m.conversationId(),
                                m.homeConversationId(),
                                m.text(),
                                null,
                                null,
                                null,
                                null,
                                "ws",
                                m.caller(),
                                new dev.parley.schemas.record.ReplyTo("gone", 100_000, 1),
                                m.receivedAt())),
                clock.instant());
        answer("hello", "Hi!");

        assertThat(read(Topic.TURNS.topicName())).hasSize(3);
    }

    @Test
    void leavesTheCheckpointsInOrderWithTheirTimes() {
        ask("hello", "hello");
        answer("hello", "Hi!");

        List<Checkpoint> flow =
                read(Topic.FLOW.topicName()).stream()
                        .map(r -> Json.read(r.value(), Checkpoint.class))
                        .toList();
        assertThat(flow)
                .extracting(Checkpoint::name)
                .containsExactly(
                        "auth_check",
                        "block_check",
                        "usage_check",
                        "mcp_permission_check",
                        "tool_filter",
                        "orchestrator_decided",
                        "done");
        assertThat(flow.subList(0, 6))
                .isSortedAccordingTo((a, b) -> a.startedAt().compareTo(b.startedAt()));
        assertThat(flow)
                .allMatch(c -> c.durationUs() >= 0 && c.service().equals("chat-orchestrator"));
    }

    @Test
    void endsAnAnswerAtItsDeadline() {
        ask("hello", "hello");
        clock.forward(Given.DEADLINE.plusSeconds(1));
        driver.advanceWallClockTime(UserProcessor.TICK);
        assertThat(read(Topic.CONTROL.topicName())).hasSize(1);
        clock.forward(Given.GRACE);
        driver.advanceWallClockTime(UserProcessor.TICK);

        assertThat(new String(read("parley.lane.00007").getFirst().value(), StandardCharsets.UTF_8))
                .contains("deadline_exceeded");
    }

    @Test
    void takesItsOwnTimeWhenARecordsIsFarOff() {
        requests.pipeInput(
                Given.USER, Json.write(said("a", "a")), clock.instant().minus(Duration.ofHours(3)));

        assertThat(Json.read(jobs().getFirst().value(), Job.class).deadline())
                .isEqualTo(clock.instant().plus(Given.DEADLINE));
    }

    @Test
    void stopsWhatRunsSoonAfterABlock() {
        ask("hello", "hello");
        policy = Given.policy(Given.limits(), new PolicyRecord.Block(Given.USER, null, null, null));
        driver.advanceWallClockTime(UserProcessor.TICK);

        assertThat(
                        new String(
                                read(Topic.CONTROL.topicName()).getFirst().value(),
                                StandardCharsets.UTF_8))
                .contains("revoked");
    }

    @Test
    void emptiesAnOldConversationAndKeepsItsChain() {
        ask("hello", "hello");
        answer("hello", "Hi!");
        clock.forward(AGE.plusDays(1));
        driver.advanceWallClockTime(UserProcessor.KEEP);
        KeyValueStore<String, byte[]> store = driver.getKeyValueStore(StateKeys.STORE);
        assertThat(store.get(StateKeys.message(Given.USER, Given.id("hello")))).isNull();

        ask("later", "later");

        assertThat(Json.read(jobs().getLast().value(), Job.class).messages()).hasSize(1);
        assertThat(read(Topic.TURNS.topicName()))
                .extracting(r -> Json.read(r.value(), TurnRecord.class).ordinal())
                .containsExactly(0L, 1L, 2L, 3L);
    }

    private void ask(String clientMsgId, String text) {
        requests.pipeInput(Given.USER, Json.write(said(clientMsgId, text)), clock.instant());
    }

    private static RequestEvent.MessageSubmitted said(String clientMsgId, String text) {
        return new Given().say(text).under(clientMsgId).event();
    }

    private void answer(String clientMsgId, String text) {
        results.pipeInput(
                Given.USER, Json.write(Given.answered(clientMsgId, text, 5, 3)), clock.instant());
    }

    private List<TestRecord<String, byte[]>> jobs() {
        return read(Topic.JOBS.topicName());
    }

    private List<TestRecord<String, byte[]>> read(String topic) {
        TestOutputTopic<String, byte[]> output =
                driver.createOutputTopic(
                        topic, new StringDeserializer(), new ByteArrayDeserializer());
        return output.readRecordsToList();
    }

    private TestInputTopic<String, byte[]> input(Topic topic) {
        return driver.createInputTopic(
                topic.topicName(),
                new StringSerializer(),
                new ByteArraySerializer(),
                Given.START,
                Duration.ZERO);
    }

    private static String header(TestRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static final class MovingClock extends Clock {
        private Instant now = Given.START;

        void forward(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}

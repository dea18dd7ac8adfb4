package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.ChunkTimes;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Conversations once more: as they came, and against another model. */
class ReplayTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String ANSWER = "Grüße, it took a while 😀 to say this.";
    private static final Instant CALLED =
            Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);

    private final String auditorId = newUser();
    private final String auditor = Tokens.of(auditorId, "auditor");
    private final String user = newUser();
    private final String conversation = newId();
    private final String message = newId();

    /** What the client of a stream got: position and frame. */
    private record Event(long position, JsonNode frame) {}

    @BeforeEach
    void recordAConversation() {
        LOG.link(
                user,
                conversation,
                new TurnRecord.UserTurn(
                        message,
                        null,
                        null,
                        "c-1",
                        LOG.seal(user, message, "How long?"),
                        "demo",
                        "ws",
                        CALLED));
        LOG.link(
                user,
                conversation,
                new TurnRecord.ToolCallTurn(
                        message,
                        "call-1",
                        "everything",
                        "echo",
                        LOG.seal(user, message, "{\"a\":1}"),
                        "ok",
                        40,
                        LOG.seal(user, message, "one")));
        LOG.link(user, conversation, answer(user, message, ANSWER, "demo", 30));
        LOG.link(user, conversation, LOG.charge(message));
        step("tool_call", CALLED.plusMillis(20), Map.of("call_id", "call-1"));
        step(
                "llm_complete",
                CALLED,
                Map.of(
                        ChunkTimes.DETAIL,
                        ChunkTimes.encoded(
                                List.of(
                                        new ChunkTimes.Piece(100, 7),
                                        new ChunkTimes.Piece(200, 15),
                                        new ChunkTimes.Piece(350, ANSWER.length() - 22)))));
        step("done", CALLED.plusMillis(400), Map.of());
        SURROUNDINGS.conversation(user, conversation, 1);
        SURROUNDINGS.eventually(
                auditor,
                "/api/messages/" + message + "/flow",
                flow -> flow.path("items").size() == 3);
    }

    @Test
    void playsTheFramesOfTheClientWithTheirTimes() {
        JsonNode made = made("{\"mode\":\"timing\",\"speed\":0}");

        List<Event> events = stream(made.path("stream").stringValue());

        assertThat(types(events))
                .containsExactly(
                        "accepted", "tool_call", "tool_result", "token", "token", "token", "done");
        assertThat(events.stream().map(Event::position))
                .containsExactly(0L, 20L, 60L, 100L, 200L, 350L, 400L);
        assertThat(joined(events)).isEqualTo(ANSWER);
        assertThat(events.get(4).frame().path("seq").intValue()).isEqualTo(1);
        assertThat(events.get(1).frame().at("/arguments/a").intValue()).isEqualTo(1);
        assertThat(events.getFirst().frame().path("client_msg_id").stringValue()).isEqualTo("c-1");
        assertThat(events.getLast().frame().at("/result/answer").stringValue()).isEqualTo(ANSWER);
        JsonNode shown = AUDIT.json(auditor, path(made));
        assertThat(shown.path("state").stringValue()).isEqualTo("done");
        assertThat(shown.path("position_ms").longValue()).isEqualTo(400);
        assertThat(stream(made.path("stream").stringValue() + "?position_ms=200")).hasSize(3);
    }

    @Test
    void takesAsLongAsItTook() {
        JsonNode made = made("{\"mode\":\"timing\",\"speed\":2}");

        long began = System.nanoTime();
        List<Event> events = stream(made.path("stream").stringValue());

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofMillis(199));
        assertThat(events).hasSize(7);
    }

    @Test
    void playsOverAWebSocketAndHearsWhatIsSaid() {
        JsonNode made = made("{\"mode\":\"timing\",\"speed\":1}");
        control(made, "{\"action\":\"pause\"}");
        List<String> frames = new CopyOnWriteArrayList<>();
        AutoCloseable socket = AUDIT.socket(auditor, made.path("socket").stringValue(), frames);

        Awaitility.await("nothing comes while it is paused")
                .during(Duration.ofMillis(400))
                .atMost(Duration.ofSeconds(5))
                .until(frames::isEmpty);
        control(made, "{\"action\":\"seek\",\"position_ms\":350}");
        control(made, "{\"action\":\"resume\"}");

        Awaitility.await("the rest").atMost(Surroundings.PATIENCE).until(() -> frames.size() == 2);
        assertThat(
                        Json.tree(frames.getFirst().getBytes(StandardCharsets.UTF_8))
                                .path("seq")
                                .intValue())
                .isEqualTo(2);
        Awaitility.await("the end")
                .atMost(Surroundings.PATIENCE)
                .until(
                        () -> AUDIT.json(auditor, path(made)).path("state").stringValue(),
                        "done"::equals);
        Surroundings.closeQuietly(socket);
    }

    @Test
    void endsWhenItIsCancelled() {
        JsonNode made = made("{\"mode\":\"timing\",\"speed\":1}");
        control(made, "{\"action\":\"cancel\"}");

        assertThat(stream(made.path("stream").stringValue())).isEmpty();
        assertThat(control(made, "{\"action\":\"resume\"}").path("state").stringValue())
                .isEqualTo("cancelled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"conversation_id\":\"%s\",\"mode\":\"backwards\"}",
                "{\"conversation_id\":\"%s\",\"mode\":\"timing\",\"speed\":-1}",
                "{\"conversation_id\":\"not a uuid\",\"mode\":\"timing\"}",
                "{\"mode\":\"timing\"}"
            })
    void refusesWhatItDoesNotKnow(String order) {
        assertThat(
                        AUDIT.post(auditor, "/api/audit/replays", order.formatted(conversation))
                                .statusCode())
                .isEqualTo(400);
    }

    @Test
    void isForAuditorsAlone() {
        JsonNode made = made("{\"mode\":\"timing\"}");
        String own = Tokens.of(user, "user");

        assertThat(AUDIT.post(own, "/api/audit/replays", "{}").statusCode()).isEqualTo(403);
        assertThat(AUDIT.get(own, path(made)).statusCode()).isEqualTo(403);
        assertThat(AUDIT.get(own, made.path("stream").stringValue()).statusCode()).isEqualTo(403);
        assertThat(AUDIT.get(own, made.path("socket").stringValue()).statusCode()).isEqualTo(403);
        assertThat(AUDIT.get(auditor, made.path("socket").stringValue()).statusCode())
                .isEqualTo(426);
        assertThat(AUDIT.get(auditor, "/api/audit/replays/" + newId()).statusCode()).isEqualTo(404);
        assertThat(
                        AUDIT.post(
                                        auditor,
                                        "/api/audit/replays",
                                        "{\"conversation_id\":\"" + newId() + "\"}")
                                .statusCode())
                .isEqualTo(404);
    }

    @Test
    void asksAgainWithTheToolsOfTheRecordAndSetsTheAnswersBesideEachOther() {
        JsonNode made = made("{\"mode\":\"rerun\",\"model\":\"other\"}");
        String derived = made.path("derived_conversation_id").stringValue();

        RequestEvent.MessageSubmitted asked = asked(derived);
        assertThat(asked.text()).isEqualTo("How long?");
        assertThat(asked.model()).isEqualTo("other");
        assertThat(asked.entrance()).isEqualTo("rerun");
        assertThat(asked.caller().id()).isEqualTo(auditorId);
        assertThat(asked.replyTo().hasListener()).isFalse();
        assertThat(asked.rerun().tools().getFirst().text()).isEqualTo("one");
        assertThat(asked.rerun().messageId()).isEqualTo(message);
        String same = ANSWER.replace("a while", "no time");
        LOG.link(
                auditorId,
                derived,
                LOG.userTurn(auditorId, asked.messageId(), null, null, asked.text()));
        LOG.link(auditorId, derived, answer(auditorId, asked.messageId(), same, "other", 12));
        LOG.link(auditorId, derived, LOG.charge(asked.messageId()));

        JsonNode done =
                SURROUNDINGS.eventually(
                        auditor,
                        path(made),
                        shown -> shown.path("state").asString("").equals("done"));
        assertThat(done.path("derived_from").stringValue()).isEqualTo(conversation);
        JsonNode first = done.at("/diff/answers/0");
        assertThat(first.at("/original/text").stringValue()).isEqualTo(ANSWER);
        assertThat(first.at("/rerun/text").stringValue()).isEqualTo(same);
        assertThat(first.at("/difference/same_text").booleanValue()).isFalse();
        assertThat(first.at("/difference/similarity").doubleValue()).isBetween(0.6, 0.9);
        assertThat(first.at("/difference/same_tools").booleanValue()).isFalse();
        assertThat(first.at("/difference/tokens_output").intValue()).isEqualTo(-18);
        assertThat(first.at("/difference/latency_ms").isNumber()).isTrue();
        assertThat(first.at("/difference/text/1/op").stringValue()).isEqualTo("delete");
        assertThat(
                        AUDIT.json(auditor, "/api/audit/conversations/" + conversation)
                                .path("links")
                                .intValue())
                .isEqualTo(4);
    }

    @Test
    void runsWhatAFilterSelectsUntilTheBudgetIsSpent() {
        String second = newId();
        LOG.exchange(user, second, null, "And this?", "Yes");
        SURROUNDINGS.conversation(user, second, 1);
        JsonNode made =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/reruns",
                                "{\"filter\":{\"user\":\""
                                        + user
                                        + "\"},\"model\":\"other\",\"budget\":{\"tokens\":20}}"));
        assertThat(made.path("total").intValue()).isEqualTo(2);
        String bulk = "/api/audit/reruns/" + made.path("rerun_id").stringValue();

        JsonNode begun =
                SURROUNDINGS.eventually(
                        auditor, bulk, shown -> shown.at("/items/0/replay_id").isString());
        JsonNode replay =
                AUDIT.json(
                        auditor,
                        "/api/audit/replays/" + begun.at("/items/0/replay_id").stringValue());
        String derived = replay.path("derived_conversation_id").stringValue();
        RequestEvent.MessageSubmitted asked = asked(derived);
        LOG.link(
                auditorId,
                derived,
                LOG.userTurn(auditorId, asked.messageId(), null, null, asked.text()));
        LOG.link(auditorId, derived, answer(auditorId, asked.messageId(), "Short", "other", 12));
        LOG.link(auditorId, derived, LOG.charge(asked.messageId()));

        JsonNode spent =
                SURROUNDINGS.eventually(
                        auditor,
                        bulk,
                        shown -> shown.path("state").asString("").equals("budget_spent"));
        assertThat(spent.at("/spent/tokens").intValue()).isEqualTo(30);
        assertThat(spent.path("begun").intValue()).isEqualTo(1);
        assertThat(
                        spent.at("/items/1/replay_id").isMissingNode()
                                || spent.at("/items/1/replay_id").isNull())
                .isTrue();
    }

    @Test
    void stopsABulkWhileItIsPaused() {
        JsonNode made =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/reruns",
                                "{\"filter\":{\"user\":\"" + user + "\"}}"));
        String bulk = "/api/audit/reruns/" + made.path("rerun_id").stringValue();
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"pause\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("paused");
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"resume\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("running");
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"cancel\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("cancelled");
        assertThat(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"dance\"}").statusCode())
                .isEqualTo(400);
    }

    private JsonNode made(String order) {
        var answer =
                AUDIT.post(
                        auditor,
                        "/api/audit/replays",
                        order.replaceFirst(
                                "\\{", "{\"conversation_id\":\"" + conversation + "\","));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return body(answer);
    }

    private JsonNode control(JsonNode made, String word) {
        var answer = AUDIT.post(auditor, path(made) + "/control", word);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return body(answer);
    }

    private static String path(JsonNode made) {
        return "/api/audit/replays/" + made.path("replay_id").stringValue();
    }

    private static JsonNode body(java.net.http.HttpResponse<String> answer) {
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private List<Event> stream(String path) {
        List<Event> events = new ArrayList<>();
        long position = -1;
        for (String line : AUDIT.get(auditor, path).body().lines().toList()) {
            if (line.startsWith("id: ")) {
                position = Long.parseLong(line.substring(4));
            } else if (line.startsWith("data: ")) {
                events.add(
                        new Event(
                                position,
                                Json.tree(line.substring(6).getBytes(StandardCharsets.UTF_8))));
            }
        }
        return events;
    }

    private static List<String> types(List<Event> events) {
        return events.stream().map(event -> event.frame().path("type").stringValue()).toList();
    }

    private static String joined(List<Event> events) {
        StringBuilder text = new StringBuilder();
        events.stream()
                .filter(event -> event.frame().path("type").stringValue().equals("token"))
                .forEach(event -> text.append(event.frame().path("text").stringValue()));
        return text.toString();
    }

    private void step(String name, Instant at, Map<String, String> detail) {
        LOG.send(
                Topic.FLOW.topicName(),
                message,
                Json.write(
                        new Checkpoint(
                                message,
                                conversation,
                                user,
                                name,
                                "llm-worker",
                                "test-1",
                                at,
                                0,
                                "ok",
                                detail)));
    }

    private static TurnRecord.AssistantTurn answer(
            String user, String message, String text, String model, int tokens) {
        return new TurnRecord.AssistantTurn(
                message,
                LOG.seal(user, message, text),
                "stop",
                model,
                new TokenUsage(10, tokens, 0, false),
                new BigDecimal("0.001"),
                0,
                List.of(),
                1,
                1,
                CALLED,
                CALLED.plusMillis(100),
                CALLED.plusMillis(380),
                "worker-1");
    }

    /** The question that the log has for this conversation. */
    private static RequestEvent.MessageSubmitted asked(String derived) {
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", SURROUNDINGS.broker().bootstrapServers()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(Topic.REQUESTS.topicName()).stream()
                            .map(found -> new TopicPartition(found.topic(), found.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<RequestEvent.MessageSubmitted> found = new ArrayList<>();
            Awaitility.await("the question of " + derived)
                    .atMost(Surroundings.PATIENCE)
                    .until(() -> {
                        for (ConsumerRecord<String, byte[]> record :
                                consumer.poll(Duration.ofMillis(100))) {
                            RequestEvent event = Json.read(record.value(), RequestEvent.class);
                            if (event instanceof RequestEvent.MessageSubmitted message
                                    && message.conversationId().equals(derived)) {
                                assertThat(record.key()).isEqualTo(message.caller().id());
                                found.add(message);
                            }
                        }
                        return !found.isEmpty();
                    });
            return found.getFirst();
        }
    }
}

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
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** A question with a tool's call and an answer whose pieces have their times, and who plays it. */
final class RecordedConversation {

    static final String ANSWER = "Grüße, it took a while 😀 to say this.";
    static final Instant CALLED = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    final String auditorId = newUser();
    final String auditor = Tokens.of(auditorId, "auditor");
    final String user = newUser();
    final String conversation = newId();
    final String message = newId();

    /** Returns when the store has it. */
    RecordedConversation() {
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

    JsonNode made(String order) {
        var answer =
                AUDIT.post(
                        auditor,
                        "/api/audit/replays",
                        order.replaceFirst(
                                "\\{", "{\"conversation_id\":\"" + conversation + "\","));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return body(answer);
    }

    JsonNode control(JsonNode made, String word) {
        var answer = AUDIT.post(auditor, path(made) + "/control", word);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return body(answer);
    }

    static String path(JsonNode made) {
        return "/api/audit/replays/" + made.path("replay_id").stringValue();
    }

    static JsonNode body(java.net.http.HttpResponse<String> answer) {
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
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

    static TurnRecord.AssistantTurn answer(
            String user, String message, String text, String model, int tokens) {
        return answer(message, LOG.seal(user, message, text), model, tokens);
    }

    static TurnRecord.AssistantTurn answer(
            String message, SealedText text, String model, int tokens) {
        return new TurnRecord.AssistantTurn(
                message,
                text,
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
    static RequestEvent.MessageSubmitted asked(String derived) {
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

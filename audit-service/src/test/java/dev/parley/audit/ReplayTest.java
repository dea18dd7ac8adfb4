package dev.parley.audit;

import static dev.parley.audit.RecordedConversation.ANSWER;
import static dev.parley.audit.RecordedConversation.path;
import static dev.parley.audit.fixture.Surroundings.newId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Conversations once more, as they came. */
class ReplayTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();

    private final RecordedConversation recorded = new RecordedConversation();
    private final String auditor = recorded.auditor;
    private final String user = recorded.user;
    private final String conversation = recorded.conversation;

    /** What the client of a stream got: position and frame. */
    private record Event(long position, JsonNode frame) {}

    @Test
    void playsTheFramesOfTheClientWithTheirTimes() {
        JsonNode made = recorded.made("{\"mode\":\"timing\",\"speed\":0}");

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
        JsonNode made = recorded.made("{\"mode\":\"timing\",\"speed\":2}");

        long began = System.nanoTime();
        List<Event> events = stream(made.path("stream").stringValue());

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofMillis(199));
        assertThat(events).hasSize(7);
    }

    @Test
    void playsOverAWebSocketAndHearsWhatIsSaid() {
        JsonNode made = recorded.made("{\"mode\":\"timing\",\"speed\":1}");
        recorded.control(made, "{\"action\":\"pause\"}");
        List<String> frames = new CopyOnWriteArrayList<>();
        AutoCloseable socket = AUDIT.socket(auditor, made.path("socket").stringValue(), frames);

        Awaitility.await("nothing comes while it is paused")
                .during(Duration.ofMillis(400))
                .atMost(Duration.ofSeconds(5))
                .until(frames::isEmpty);
        recorded.control(made, "{\"action\":\"seek\",\"position_ms\":350}");
        recorded.control(made, "{\"action\":\"resume\"}");

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
        JsonNode made = recorded.made("{\"mode\":\"timing\",\"speed\":1}");
        recorded.control(made, "{\"action\":\"cancel\"}");

        assertThat(stream(made.path("stream").stringValue())).isEmpty();
        assertThat(recorded.control(made, "{\"action\":\"resume\"}").path("state").stringValue())
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
        JsonNode made = recorded.made("{\"mode\":\"timing\"}");
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
}

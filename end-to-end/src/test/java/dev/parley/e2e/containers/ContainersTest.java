package dev.parley.e2e.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.ComposeRun;
import dev.parley.e2e.system.Suites;
import dev.parley.schemas.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import tools.jackson.databind.JsonNode;

/** G1, G3, G4, G10 with each service in its own container, and one of them lost at a time. */
@EnabledIf("isPossible")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainersTest {

    private static final String LONG_QUESTION =
            "Compose an engaging travel blog post about a recent trip to Hawaii, highlighting"
                    + " cultural experiences and must-see attractions.";
    private static final Duration TAKEOVER_PATIENCE = Duration.ofSeconds(120);

    private static ComposeRun run;

    static boolean isPossible() {
        boolean possible = ComposeRun.isPossible();
        if (!possible && Suites.isRequired("containers")) {
            throw new AssertionError("the container suite is required, and no engine answers");
        }
        return possible;
    }

    @BeforeAll
    static void startAll() {
        run = ComposeRun.start();
    }

    @AfterAll
    static void stopAll() {
        if (run != null) {
            run.close();
        }
    }

    @Test
    @Order(1)
    void chats_through_either_gateway_and_keeps_the_record() {
        for (int i = 0; i < 4; i++) {
            String token = token("either");
            try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
                String conversation = chat.welcome().get("conversation_id").stringValue();
                String message = chat.ask("Through which gateway?").get("message_id").stringValue();
                assertThat(awaitTerminals(token, conversation, message))
                        .containsExactly("assistant");
            }
        }
    }

    @Test
    @Order(2)
    void a_killed_gateway_costs_a_reconnect() {
        String token = token("gateway");
        ChatSocket chat = ChatSocket.connect(run.gateway(), token);
        JsonNode welcome = chat.welcome();
        String message = chat.say(LONG_QUESTION, Map.of("model", "demo:slow"));
        chat.frames().await("a token", f -> Frames.type(f).equals("token"));
        String gateway = instanceOf("edge-gateway", "gateway_received", token, message);
        run.kill(gateway);
        chat.cut();
        List<JsonNode> shown = new ArrayList<>(framesOf(chat, message));
        String cursor = shown.getLast().get("cursor").stringValue();
        try (ChatSocket back = reconnect(token, welcome, cursor)) {
            assertThat(back.welcome().get("resumed").booleanValue()).isTrue();
            back.frames().await("a token after the kill", f -> Frames.type(f).equals("token"));
            back.send(Map.of("type", "stop", "message_id", message));
            JsonNode terminal = back.frames().awaitTerminal(message, TAKEOVER_PATIENCE);
            shown.addAll(framesOf(back, message));
            assertThat(Frames.type(terminal)).isEqualTo("done");
            assertThat(Frames.shownText(shown, message))
                    .isEqualTo(terminal.at("/result/answer").stringValue());
            assertThat(shown.stream().filter(Frames::isTerminal)).hasSize(1);
        }
        run.startAgain(gateway);
    }

    @Test
    @Order(3)
    void a_killed_worker_is_replaced() {
        String token = token("worker");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            String conversation = chat.welcome().get("conversation_id").stringValue();
            String message = chat.say(LONG_QUESTION, Map.of("model", "demo:slow"));
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            String worker = instanceOf("llm-worker", "worker_started", token, message);
            run.kill(worker);
            chat.frames()
                    .await("a restart", f -> Frames.type(f).equals("restart"), TAKEOVER_PATIENCE);
            run.startAgain(worker);
            chat.send(Map.of("type", "stop", "message_id", message));
            JsonNode terminal = chat.frames().awaitTerminal(message, TAKEOVER_PATIENCE);
            assertThat(Frames.type(terminal)).isEqualTo("done");
            assertThat(terminal.at("/result/attempt").intValue()).isGreaterThan(1);
            assertThat(terminal.at("/result/answer").stringValue())
                    .isEqualTo(chat.frames().shownText(message));
            assertThat(awaitTerminals(token, conversation, message)).containsExactly("assistant");
        }
    }

    @Test
    @Order(4)
    void a_killed_orchestrator_charges_and_ends_once() {
        String token = token("orchestrator");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            String conversation = chat.welcome().get("conversation_id").stringValue();
            String message = chat.say(LONG_QUESTION);
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            List<String> orchestrators = run.instancesOf("chat-orchestrator");
            orchestrators.forEach(run::kill);
            orchestrators.forEach(run::startAgain);
            JsonNode terminal = chat.frames().awaitTerminal(message, TAKEOVER_PATIENCE);
            assertThat(Frames.type(terminal)).isEqualTo("done");
            assertThat(awaitTerminals(token, conversation, message)).containsExactly("assistant");
            assertThat(chat.frames().terminalsOf(message)).hasSize(1);
        }
    }

    /** D8: PostgreSQL is never on the way of an answer. */
    @Test
    @Order(5)
    void chat_goes_on_without_postgresql_and_the_record_catches_up() {
        String token = token("postgres");
        List<String> databases = run.instancesOf("postgres");
        databases.forEach(run::kill);
        String conversation;
        String message;
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            conversation = chat.welcome().get("conversation_id").stringValue();
            message = chat.ask("Is there a database?").get("message_id").stringValue();
        }
        databases.forEach(run::startAgain);
        assertThat(awaitTerminals(token, conversation, message)).containsExactly("assistant");
    }

    /** Running answers wait for it and go on, whatever it has forgotten. */
    @Test
    @Order(6)
    void a_killed_broker_loses_nothing() {
        String token = token("broker");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            String conversation = chat.welcome().get("conversation_id").stringValue();
            String message = chat.say(LONG_QUESTION);
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            List<String> brokers = run.instancesOf("kafka");
            brokers.forEach(run::kill);
            brokers.forEach(run::startAgain);
            JsonNode terminal = chat.frames().awaitTerminal(message, TAKEOVER_PATIENCE);
            assertThat(Frames.type(terminal)).isEqualTo("done");
            assertThat(chat.frames().shownText(message))
                    .isEqualTo(terminal.at("/result/answer").stringValue());
            assertThat(chat.frames().terminalsOf(message)).hasSize(1);
            assertThat(awaitTerminals(token, conversation, message)).containsExactly("assistant");
            chat.ask("Is all well again?");
        }
    }

    /**
     * Who wrote a checkpoint. A container's host name, by which a service calls itself, begins its
     * id.
     */
    private static String instanceOf(
            String service, String checkpoint, String token, String message) {
        Rest rest = new Rest(run.gateway(), token);
        String instance =
                await("the " + service + " of " + message + " is known")
                        .atMost(Duration.ofSeconds(20))
                        .ignoreExceptions()
                        .until(
                                () ->
                                        rest.read("/api/messages/" + message + "/flow")
                                                .get("items")
                                                .valueStream()
                                                .filter(c ->
                                                        c.get("name")
                                                                .stringValue()
                                                                .equals(checkpoint))
                                                .map(c -> c.get("instance").stringValue())
                                                .findFirst()
                                                .orElse(null),
                                java.util.Objects::nonNull);
        return run.instancesOf(service).stream()
                .filter(id -> id.startsWith(instance.substring(0, 12)))
                .findFirst()
                .orElseThrow();
    }

    private static String token(String user) {
        return run.tokens().of(user + "-" + UUID.randomUUID(), "user");
    }

    /** HAProxy needs a moment to see that a gateway is gone. */
    private static ChatSocket reconnect(String token, JsonNode welcome, String cursor) {
        return await("a gateway takes the session over")
                .atMost(TAKEOVER_PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(
                        () ->
                                ChatSocket.resume(
                                        run.gateway(),
                                        token,
                                        welcome.get("session_id").stringValue(),
                                        cursor),
                        socket -> true);
    }

    private static List<JsonNode> framesOf(ChatSocket chat, String message) {
        return chat.frames().all().stream()
                .filter(f -> Frames.isOf(f, message) && f.hasNonNull("cursor"))
                .toList();
    }

    private static List<String> awaitTerminals(String token, String conversation, String message) {
        Rest rest = new Rest(run.gateway(), token);
        return await("the end of " + message + " is stored")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> terminals(rest, conversation, message), t -> !t.isEmpty());
    }

    private static List<String> terminals(Rest rest, String conversation, String message) {
        return rest.get("/api/conversations/" + conversation + "/export?format=jsonl")
                .body()
                .lines()
                .map(l -> Json.mapper().readTree(l))
                .filter(l -> l.at("/link/body/message_id").asString("").equals(message))
                .map(l -> l.at("/link/body/kind").asString(""))
                .filter(kind -> kind.equals("assistant") || kind.equals("failure"))
                .toList();
    }
}

package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.ChatStream;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A conversation, as a user has it (G1, G2, G3). */
@ExtendWith(SharedRun.class)
class ConversationTest {

    private final OneCommandRun run;
    private final String user = "conversation-" + UUID.randomUUID();
    private final String token;

    ConversationTest(OneCommandRun run) {
        this.run = run;
        this.token = run.tokens().of(user, "user");
    }

    @Test
    void streams_an_answer_that_is_then_in_the_history() {
        String conversation;
        String message;
        String answer;
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            JsonNode welcome = chat.welcome();
            assertThat(welcome.at("/user/id").stringValue()).isEqualTo(user);
            assertThat(welcome.at("/user/role").stringValue()).isEqualTo("user");
            assertThat(welcome.get("resumed").booleanValue()).isFalse();
            conversation = welcome.get("conversation_id").stringValue();
            message = chat.say("What can you do?");
            JsonNode done = chat.frames().assertAnswered(message);
            answer = done.at("/result/answer").stringValue();
            assertThat(answer).isNotBlank();
            assertThat(done.at("/result/finish_reason").stringValue()).isEqualTo("stop");
            assertThat(done.at("/result/tokens_output").longValue()).isPositive();
            List<String> types = chat.frames().all().stream().map(Frames::type).distinct().toList();
            assertThat(types).containsExactly("welcome", "accepted", "token", "done");
            assertThat(
                            chat.frames().all().stream()
                                    .filter(f -> Frames.isOf(f, message))
                                    .filter(f -> !Frames.type(f).equals("accepted")))
                    .allMatch(f -> f.hasNonNull("cursor"));
        }
        Rest rest = new Rest(run.gateway(), token);
        await("the conversation is in the history")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(rest.get("/api/conversations/" + conversation).body())
                                .contains(message));
        assertThat(rest.read("/api/conversations/" + conversation).toString())
                .contains("What can you do?");
        assertThat(rest.read("/api/conversations").get("items").toString()).contains(conversation);
        assertExports(rest, conversation, answer);
        assertFlow(rest, message);
        assertForeignIsAbsent(conversation, message);
    }

    private static void assertExports(Rest rest, String conversation, String answer) {
        String firstWords = answer.substring(0, Math.min(20, answer.indexOf(' ', 8)));
        for (String format : List.of("json", "jsonl", "markdown", "csv")) {
            Rest.Answer export =
                    rest.get("/api/conversations/" + conversation + "/export?format=" + format);
            assertThat(export.status()).as(format).isEqualTo(200);
            assertThat(export.body()).as(format).contains(firstWords);
        }
        assertThat(rest.get("/api/conversations/" + conversation + "/export?format=pdf").status())
                .isEqualTo(400);
    }

    private static void assertFlow(Rest rest, String message) {
        List<String> expected =
                List.of(
                        "gateway_received",
                        "auth_check",
                        "block_check",
                        "usage_check",
                        "mcp_permission_check",
                        "tool_filter",
                        "orchestrator_decided",
                        "worker_started",
                        "llm_thinking",
                        "first_token",
                        "llm_complete",
                        "done");
        await("the flow is closed")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    List<String> names = new ArrayList<>();
                    rest.read("/api/messages/" + message + "/flow")
                            .get("items")
                            .forEach(c -> names.add(c.get("name").stringValue()));
                    assertThat(names).containsAll(expected);
                });
    }

    private void assertForeignIsAbsent(String conversation, String message) {
        Rest stranger = new Rest(run.gateway(), run.tokens().of("stranger", "user"));
        String absent = UUID.randomUUID().toString();
        for (String path :
                List.of("/api/conversations/%s", "/api/conversations/%s/export?format=json")) {
            assertThat(stranger.get(path.formatted(conversation)).status()).isEqualTo(404);
            assertThat(stranger.get(path.formatted(conversation)).body().replace(conversation, ""))
                    .isEqualTo(stranger.get(path.formatted(absent)).body().replace(absent, ""));
        }
        assertThat(stranger.get("/api/messages/" + message + "/flow").status()).isEqualTo(404);
        try (ChatSocket chat =
                ChatSocket.connect(run.gateway(), run.tokens().of("stranger", "user"))) {
            chat.welcome();
            String refused = chat.say("Go on.", Map.of("conversation_id", conversation));
            assertThat(chat.frames().awaitTerminal(refused).get("code").stringValue())
                    .isEqualTo("not_found");
        }
    }

    @Test
    void the_second_turn_knows_the_first() {
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            chat.ask("The first thing that I say.");
            JsonNode second = chat.ask("And the second.");
            assertThat(second.at("/result/tokens_input").longValue())
                    .as("the first turn is part of the second's context")
                    .isGreaterThan(30);
        }
    }

    /** G2: however often and wherever it comes, the same message is one message. */
    @Test
    void the_same_client_msg_id_is_answered_once() {
        Map<String, Object> key = Map.of("client_msg_id", "once");
        try (ChatSocket first = ChatSocket.connect(run.gateway(), token);
                ChatSocket second = ChatSocket.connect(run.gateway(), token)) {
            first.welcome();
            second.welcome();
            String message = first.say("Only once, please.", key);
            for (int i = 0; i < 5; i++) {
                assertThat(first.say("Only once, please.", key)).isEqualTo(message);
            }
            assertThat(second.say("Only once, please.", key)).isEqualTo(message);
            String answer =
                    first.frames().assertAnswered(message).at("/result/answer").stringValue();
            assertThat(second.frames().assertAnswered(message).at("/result/answer").stringValue())
                    .isEqualTo(answer);
            second.send(
                    Map.of("type", "message", "text", "Another text.", "client_msg_id", "once"));
            assertThat(
                            second.frames()
                                    .await(
                                            "conflict",
                                            f -> f.path("code").asString("").equals("conflict"))
                                    .get("client_msg_id")
                                    .stringValue())
                    .isEqualTo("once");
            String conversation = first.welcome().get("conversation_id").stringValue();
            Rest rest = new Rest(run.gateway(), token);
            await("the message is stored")
                    .atMost(Duration.ofSeconds(10))
                    .until(() ->
                            rest.get("/api/conversations/" + conversation)
                                    .body()
                                    .contains(message));
            String chain =
                    rest.get("/api/conversations/" + conversation + "/export?format=jsonl").body();
            assertThat(chain.lines().filter(l -> l.contains("\"kind\":\"charge\""))).hasSize(1);
            assertThat(chain.lines().filter(l -> l.contains("\"kind\":\"assistant\""))).hasSize(1);
        }
    }

    @Test
    void stop_ends_the_answer_and_charges_what_streamed() {
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            String message = chat.say("Talk for long.", Map.of("model", "demo:slow"));
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            chat.send(Map.of("type", "stop", "message_id", message));
            JsonNode done = chat.frames().assertAnswered(message);
            assertThat(done.at("/result/finish_reason").stringValue()).isEqualTo("stopped");
            assertThat(done.at("/result/tokens_output").longValue()).isPositive();
        }
    }

    /** G5: a cut stream is never passed off as an answer. */
    @ParameterizedTest(name = "{0} -> {1}")
    @org.junit.jupiter.params.provider.CsvSource({
        "demo:cut, upstream_incomplete",
        "demo:fail-before, upstream_error",
        "no-such-model, "
    })
    void a_failing_model_gives_one_error(String model, String code) {
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            String message = chat.say("Will you fail?", Map.of("model", model));
            JsonNode error = chat.frames().awaitTerminal(message);
            assertThat(Frames.type(error)).isEqualTo("error");
            if (code != null) {
                assertThat(error.get("code").stringValue()).isEqualTo(code);
            }
            assertThat(error.get("error").stringValue()).doesNotContain("Exception");
            assertThat(chat.frames().terminalsOf(message)).hasSize(1);
            chat.ask("And now?");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void server_sent_events_carry_the_same_frames(boolean longStream) {
        if (longStream) {
            try (ChatStream stream = ChatStream.open(run.gateway(), token, "")) {
                String session = stream.frames().await("welcome").get("session_id").stringValue();
                Rest.Answer taken =
                        new Rest(run.gateway(), token)
                                .post(
                                        "/api/chat/" + session + "/frames",
                                        Map.of("type", "message", "text", "Hello by SSE"));
                assertThat(taken.status()).isBetween(200, 202);
                String message = stream.frames().await("accepted").get("message_id").stringValue();
                stream.frames().assertAnswered(message);
            }
        } else {
            try (ChatStream stream =
                    ChatStream.post(run.gateway(), token, Map.of("text", "Hello by SSE"))) {
                String message = stream.frames().await("accepted").get("message_id").stringValue();
                stream.frames().assertAnswered(message);
                assertThat(stream.frames().awaitEnd()).isEqualTo("end of stream");
                assertThat(stream.eventIds()).isNotEmpty();
            }
        }
    }

    /** G4: cut after every k-th frame, and go on by the other transport every second time. */
    @Test
    void a_cut_client_resumes_without_gap_or_repeat() {
        List<JsonNode> shown = new ArrayList<>();
        ChatSocket chat = ChatSocket.connect(run.gateway(), token);
        String session = chat.welcome().get("session_id").stringValue();
        String message = chat.say("A long story, please.", Map.of("model", "demo:slow"));
        String cursor = null;
        boolean done = false;
        for (int cut = 0; cut < 6 && !done; cut++) {
            Frames frames = chat.frames();
            if (cut > 0) {
                assertThat(frames.await("welcome").get("resumed").booleanValue()).isTrue();
            }
            int wanted = 3 + cut;
            frames.await(
                    "some frames",
                    f ->
                            frames.all().stream().filter(a -> Frames.isOf(a, message)).count()
                                    > wanted);
            chat.cut();
            for (JsonNode frame : frames.all()) {
                if (Frames.isOf(frame, message) && frame.hasNonNull("cursor")) {
                    shown.add(frame);
                    cursor = frame.get("cursor").stringValue();
                    done |= Frames.isTerminal(frame);
                }
            }
            if (!done && cut % 2 == 1) {
                try (ChatStream stream =
                        ChatStream.open(
                                run.gateway(), token, "session=" + session + "&cursor=" + cursor)) {
                    JsonNode next = stream.frames().await("a frame", f -> Frames.isOf(f, message));
                    shown.add(next);
                    cursor = next.get("cursor").stringValue();
                }
            }
            chat = ChatSocket.resume(run.gateway(), token, session, cursor);
        }
        chat.send(Map.of("type", "stop", "message_id", message));
        if (!done) {
            chat.frames().awaitTerminal(message);
            chat.frames().all().stream().filter(f -> Frames.isOf(f, message)).forEach(shown::add);
        }
        chat.close();
        JsonNode terminal = shown.getLast();
        assertThat(Frames.type(terminal)).isEqualTo("done");
        assertThat(Frames.shownText(shown, message))
                .isEqualTo(terminal.at("/result/answer").stringValue());
    }
}

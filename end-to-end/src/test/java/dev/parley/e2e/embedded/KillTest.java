package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import dev.parley.e2e.system.TestFolders;
import dev.parley.schemas.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * G1: the whole JVM is killed in the middle of answers; after its next start every accepted message
 * ends exactly once.
 */
class KillTest {

    private static final int ANSWERS = 12;

    private record Running(
            String token, String conversation, String session, String cursor, String message) {}

    @Test
    void a_killed_jvm_loses_no_accepted_message() {
        try (OneCommandRun run =
                OneCommandRun.start(
                        TestFolders.fresh("kill"),
                        Map.of(
                                "PARLEY_POLICY_FILE",
                                SharedRun.policy().toString(),
                                "PARLEY_DEMO_TOKENS_PER_SECOND",
                                "20"))) {
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < ANSWERS; i++) {
                running.add(begin(run, "kill-" + i));
            }
            run.kill();
            run.startAgain();
            for (Running answer : running) {
                assertEndsOnce(run, answer);
            }
        }
    }

    private static Running begin(OneCommandRun run, String user) {
        String token = run.tokens().of(user, "user");
        ChatSocket chat = ChatSocket.connect(run.gateway(), token);
        JsonNode welcome = chat.welcome();
        String message = chat.say("Tell me about the sea.");
        JsonNode token0 = chat.frames().await("a token", f -> Frames.type(f).equals("token"));
        return new Running(
                token,
                welcome.get("conversation_id").stringValue(),
                welcome.get("session_id").stringValue(),
                token0.get("cursor").stringValue(),
                message);
    }

    private static void assertEndsOnce(OneCommandRun run, Running answer) {
        String stored;
        try (ChatSocket chat =
                ChatSocket.resume(
                        run.gateway(), answer.token(), answer.session(), answer.cursor())) {
            JsonNode first = chat.frames().await("a first frame", f -> true);
            assertThat(Frames.type(first)).as("%s", first).isEqualTo("welcome");
            assertThat(first.get("resumed").booleanValue()).isTrue();
            JsonNode terminal =
                    chat.frames().awaitTerminal(answer.message(), Duration.ofSeconds(90));
            stored = Frames.type(terminal).equals("done") ? "assistant" : "failure";
            chat.ask("Are you back?");
            assertThat(chat.frames().terminalsOf(answer.message())).hasSize(1);
        }
        Rest rest = new Rest(run.gateway(), answer.token());
        await("the end of " + answer.message() + " is stored once")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(terminals(rest, answer)).containsExactly(stored));
    }

    private static List<String> terminals(Rest rest, Running answer) {
        return rest.get("/api/conversations/" + answer.conversation() + "/export?format=jsonl")
                .body()
                .lines()
                .map(l -> Json.mapper().readTree(l))
                .filter(l -> l.at("/link/body/message_id").asString("").equals(answer.message()))
                .map(l -> l.at("/link/body/kind").asString(""))
                .filter(kind -> kind.equals("assistant") || kind.equals("failure"))
                .toList();
    }
}

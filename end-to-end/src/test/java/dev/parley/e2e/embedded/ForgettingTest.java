package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A person is forgotten (G15), and a person brings a conversation along. */
@ExtendWith(SharedRun.class)
class ForgettingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OneCommandRun run;
    private final String user = "forgetting-" + UUID.randomUUID();
    private final String canary = "canary" + UUID.randomUUID().toString().replace("-", "");
    private final String token;
    private final Rest rest;
    private final Rest auditor;

    ForgettingTest(OneCommandRun run) {
        this.run = run;
        this.token = run.tokens().of(user, "user");
        this.rest = new Rest(run.gateway(), token);
        this.auditor = new Rest(run.gateway(), run.tokens().of("the-auditor", "auditor"));
    }

    @Test
    void an_erasure_takes_the_text_and_leaves_the_proof_and_the_person_can_go_on() {
        String conversation = say("I am " + canary);
        awaitTurns(conversation, 1);
        await("the text can be found")
                .atMost(PATIENCE)
                .until(() -> found("/api/audit/messages?query=" + canary) == 1);

        Rest.Answer asked = auditor.post("/api/audit/erasures", Map.of("user", user));
        assertThat(asked.status()).isEqualTo(201);
        assertThat(found("/api/audit/messages?query=" + canary)).isZero();
        assertThat(rest.get("/api/conversations/" + conversation).body())
                .contains("erased")
                .doesNotContain(canary);
        String erasure = "/api/audit/erasures/" + asked.json().get("erasure_id").stringValue();
        await("the orchestrator has destroyed the key")
                .atMost(PATIENCE)
                .until(() -> auditor.read(erasure).get("state").stringValue().equals("done"));
        assertThat(rest.get("/api/conversations/" + conversation + "/export?format=jsonl").body())
                .doesNotContain(canary);
        assertThat(
                        auditor.read("/api/audit/conversations/" + conversation + "/verify")
                                .get("ok")
                                .booleanValue())
                .isTrue();

        String next = say("I am somebody new");
        assertThat(awaitTurns(next, 1).at("/turns/0/text").stringValue())
                .isEqualTo("I am somebody new");
        assertThat(rest.get("/api/conversations/" + conversation).body()).doesNotContain(canary);
    }

    @Test
    void an_erasure_reaches_the_words_that_an_auditor_ran_again() {
        String conversation = say("I am " + canary);
        awaitTurns(conversation, 1);
        Rest.Answer made =
                auditor.post(
                        "/api/audit/replays",
                        Map.of("conversation_id", conversation, "mode", "rerun"));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        String replay = "/api/audit/replays/" + made.json().get("replay_id").stringValue();
        String derived = made.json().get("derived_conversation_id").stringValue();
        await("the rerun is done")
                .atMost(PATIENCE)
                .until(() -> auditor.read(replay).get("state").stringValue().equals("done"));
        String shown = "/api/audit/conversations/" + derived;
        assertThat(auditor.get(shown).body()).contains("I am " + canary);
        assertThat(auditor.read(replay).at("/diff/answers/0/rerun/text").stringValue())
                .isNotBlank();

        assertThat(auditor.post("/api/audit/erasures", Map.of("user", user)).status())
                .isEqualTo(201);

        assertThat(auditor.get(shown).body()).contains("erased").doesNotContain(canary);
        assertThat(auditor.get(replay).body()).doesNotContain(canary);
        assertThat(auditor.get("/api/conversations/" + derived + "/export?format=jsonl").body())
                .contains("\"link\"")
                .doesNotContain(canary);
        assertThat(auditor.read(shown + "/verify").get("ok").booleanValue()).isTrue();
    }

    @Test
    void an_import_can_be_read_found_and_continued() {
        Map<String, Object> question =
                Map.of("id", "q", "role", "user", "content", "Which " + canary + " is it?");
        Map<String, Object> answer =
                Map.of(
                        "id",
                        "a",
                        "parentId",
                        "q",
                        "role",
                        "assistant",
                        "content",
                        "The blue one.",
                        "model",
                        "llama3");
        List<Map<String, Object>> file =
                List.of(
                        Map.of(
                                "id",
                                UUID.randomUUID().toString(),
                                "title",
                                "Birds",
                                "chat",
                                Map.of(
                                        "history",
                                        Map.of(
                                                "currentId",
                                                "a",
                                                "messages",
                                                Map.of("q", question, "a", answer)))));
        Rest.Answer taken = rest.post("/api/conversations/import", file);
        assertThat(taken.status()).as(taken.body()).isEqualTo(201);
        assertThat(taken.json().get("messages").intValue()).isEqualTo(2);
        await("it is in the history")
                .atMost(PATIENCE)
                .until(() -> rest.read("/api/conversations").get("items").size() == 1);
        JsonNode listed = rest.read("/api/conversations").at("/items/0");
        assertThat(listed.get("title").stringValue()).isEqualTo("Birds");
        String conversation = listed.get("id").stringValue();
        assertThat(awaitTurns(conversation, 1).at("/turns/0/answer").stringValue())
                .isEqualTo("The blue one.");

        assertThat(rest.post("/api/conversations/import", file).status()).isEqualTo(201);
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            String message = chat.say("What did I ask?", Map.of("conversation_id", conversation));
            chat.frames().assertAnswered(message);
        }
        JsonNode continued = awaitTurns(conversation, 2);
        assertThat(continued.at("/turns/1/parent_id"))
                .isEqualTo(continued.at("/turns/0/message_id"));
        assertThat(
                        auditor.read("/api/audit/conversations/" + conversation + "/verify")
                                .get("ok")
                                .booleanValue())
                .isTrue();
    }

    /** Gives the conversation in which it was said and answered. */
    private String say(String text) {
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            String conversation = chat.welcome().get("conversation_id").stringValue();
            chat.ask(text);
            return conversation;
        }
    }

    private int found(String path) {
        return auditor.read(path).get("items").size();
    }

    private JsonNode awaitTurns(String conversation, int turns) {
        await(turns + " turns of " + conversation)
                .atMost(PATIENCE)
                .until(() -> {
                    Rest.Answer answer = rest.get("/api/conversations/" + conversation);
                    return answer.status() == 200
                            && answer.json().path("turns").size() == turns
                            && answer.json()
                                    .at("/turns/" + (turns - 1) + "/status")
                                    .asString("")
                                    .equals("done");
                });
        return rest.read("/api/conversations/" + conversation);
    }
}

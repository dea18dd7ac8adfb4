package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ConversationChain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * All 80 conversations of MT-bench, 160 turns, through a real WebSocket, and then found in the
 * record.
 */
@ExtendWith(SharedRun.class)
class MtBenchTest {

    private final OneCommandRun run;

    MtBenchTest(OneCommandRun run) {
        this.run = run;
    }

    private record Held(String conversation, List<String> questions, List<String> answers) {}

    @Test
    void all_conversations_pass_and_are_found_complete_and_in_order() throws IOException {
        String token = run.tokens().of("mt-bench", "user");
        List<JsonNode> questions = questions();
        assertThat(questions).hasSize(80);
        List<Held> held = new ArrayList<>();
        for (JsonNode question : questions) {
            held.add(hold(token, question));
        }
        assertSecondTurnsDependOnFirst(held);
        Rest rest = new Rest(run.gateway(), token);
        for (Held conversation : held) {
            assertRecorded(rest, conversation);
        }
        assertThat(allConversations(rest))
                .containsAll(held.stream().map(Held::conversation).toList());
    }

    private Held hold(String token, JsonNode question) {
        List<String> asked = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            String conversation = chat.welcome().get("conversation_id").stringValue();
            for (JsonNode turn : question.get("turns")) {
                asked.add(turn.stringValue());
                answers.add(chat.ask(turn.stringValue()).at("/result/answer").stringValue());
            }
            return new Held(conversation, asked, answers);
        }
    }

    /**
     * The demo model knows the second answer of a conversation only from the first question in its
     * context.
     */
    private void assertSecondTurnsDependOnFirst(List<Held> held) {
        String token = run.tokens().of("mt-bench-alone", "user");
        int different = 0;
        for (Held conversation : held.subList(0, 80)) {
            if (different >= 3) {
                return;
            }
            try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
                chat.welcome();
                String alone =
                        chat.ask(conversation.questions().get(1))
                                .at("/result/answer")
                                .stringValue();
                if (!alone.equals(conversation.answers().get(1))) {
                    different++;
                }
            }
        }
        assertThat(different).as("second turns that differ without their first").isGreaterThan(2);
    }

    private static void assertRecorded(Rest rest, Held held) {
        String path = "/api/conversations/" + held.conversation();
        await("both turns of " + held.conversation() + " are recorded")
                .atMost(Duration.ofSeconds(20))
                .until(() -> chain(rest, path).filter(MtBenchTest::isAnswer).count() == 2);
        List<JsonNode> links = chain(rest, path).toList();
        String previous = ConversationChain.GENESIS;
        for (int i = 0; i < links.size(); i++) {
            JsonNode link = links.get(i).get("link");
            assertThat(link.get("ordinal").intValue()).isEqualTo(i);
            assertThat(link.get("prev_hash").stringValue()).isEqualTo(previous);
            assertThat(ConversationChain.hash(link)).isEqualTo(link.get("hash").stringValue());
            previous = link.get("hash").stringValue();
        }
        assertThat(texts(links, "user")).containsExactlyElementsOf(held.questions());
        assertThat(texts(links, "assistant")).containsExactlyElementsOf(held.answers());
        for (String format : List.of("json", "markdown", "csv")) {
            assertThat(rest.get(path + "/export?format=" + format).status()).isEqualTo(200);
        }
    }

    private static java.util.stream.Stream<JsonNode> chain(Rest rest, String path) {
        Rest.Answer export = rest.get(path + "/export?format=jsonl");
        return export.status() == 200
                ? export.body()
                        .lines()
                        .map(l -> Json.tree(l.getBytes(StandardCharsets.UTF_8)))
                        .filter(l -> l.has("link"))
                : java.util.stream.Stream.empty();
    }

    private static boolean isAnswer(JsonNode line) {
        return line.at("/link/body/kind").asString("").equals("assistant");
    }

    private static List<String> texts(List<JsonNode> links, String kind) {
        return links.stream()
                .filter(l -> l.at("/link/body/kind").asString("").equals(kind))
                .map(l -> l.at("/text/text").stringValue())
                .toList();
    }

    private static List<String> allConversations(Rest rest) {
        List<String> ids = new ArrayList<>();
        String next = null;
        do {
            JsonNode page =
                    rest.read(
                            "/api/conversations?limit=50" + (next == null ? "" : "&after=" + next));
            page.get("items").forEach(c -> ids.add(c.get("id").stringValue()));
            next = page.get("next").asString(null);
        } while (next != null);
        return ids;
    }

    private static List<JsonNode> questions() throws IOException {
        try (var in = MtBenchTest.class.getResourceAsStream("/demo/mt-bench-questions.jsonl")) {
            if (in == null) {
                throw new AssertionError("the questions are not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(l -> Json.mapper().readTree(l))
                    .toList();
        }
    }
}

package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.demo.DemoProvider;
import dev.parley.worker.provider.demo.DemoSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DemoProviderTest extends ModelProviderContract {

    private static final Instant LATER = Instant.now().plusSeconds(600);

    private final DemoProvider provider =
            new DemoProvider(new DemoSettings(0, Duration.ZERO), SILENCE, Clock.systemUTC());

    @Override
    protected ModelStream stream(Situation situation, Integer maxTokens, Instant deadline) {
        DemoProvider paced =
                new DemoProvider(new DemoSettings(500, Duration.ZERO), SILENCE, Clock.systemUTC());
        String model =
                switch (situation) {
                    case ANSWERS -> "demo";
                    case ENDLESS -> "demo:long";
                    case SILENT_IN_THE_MIDDLE -> "demo:stall";
                    case SILENT -> "demo:stall-before";
                    case CUT -> "demo:cut";
                    case FAILS -> "demo:fail-before";
                    case BUSY -> "demo:429";
                    case FILTERED -> "demo:filter";
                    case CALLS_TOOLS -> "demo:fast";
                };
        String text =
                situation == Situation.CALLS_TOOLS
                        ? """
                        Please
                        use tool everything__echo {"message":"hi"}
                        use tool everything__echo {"message":
                        use tool everything__absent {}\
                        """
                        : "Hello";
        return paced.open(request(model, text, maxTokens, deadline));
    }

    @Test
    void knowsEveryRecordedAnswerAndTheSecondOnlyAfterTheFirst() throws IOException {
        Map<Integer, JsonNode> answers = new HashMap<>();
        lines("mt-bench-gpt4-answers.jsonl")
                .forEach(line -> answers.put(line.get("question_id").asInt(), line));
        int known = 0;
        for (JsonNode line : lines("mt-bench-questions.jsonl")) {
            String first = line.get("turns").get(0).asString();
            String second = line.get("turns").get(1).asString();
            String firstAnswer = say("demo", List.of(user(first)));
            String secondAnswer =
                    say(
                            "demo",
                            List.of(
                                    user(first),
                                    new ChatMessage("assistant", firstAnswer),
                                    user(second)));
            JsonNode recorded = answers.get(line.get("question_id").asInt());
            if (recorded != null) {
                JsonNode turns = recorded.get("choices").get(0).get("turns");
                assertThat(firstAnswer).isEqualTo(turns.get(0).asString());
                assertThat(secondAnswer).isEqualTo(turns.get(1).asString());
                known++;
            } else {
                assertThat(firstAnswer).contains("demonstration");
                assertThat(secondAnswer).contains("demonstration");
            }
            assertThat(say("demo", List.of(user(second))))
                    .contains("demonstration")
                    .contains("first question is not in the context");
        }
        assertThat(known).isEqualTo(30);
    }

    @Test
    void saysThatItIsADemonstrationAndQuotesTheQuestion() {
        String answer =
                say(
                        "demo",
                        List.of(user("One?"), new ChatMessage("assistant", "Yes."), user("Two?")));

        assertThat(answer)
                .contains("demonstration")
                .contains("> Two?")
                .contains("2 messages of yours and 1 answer.");
    }

    @Test
    void echoesExactlyAndObeysACommandInTheText() {
        String odd = "a\u0301  \uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDCBB\n\ttabs 日本語 end ";
        assertThat(say("demo:echo", List.of(user(odd)))).isEqualTo(odd);
        try (ModelStream stream =
                provider.open(request("demo", "/demo fail-before", null, LATER))) {
            assertThat(readAll(stream).failure()).isNotNull();
        }
    }

    @Test
    void goesOnFromWhatWasSaidAlready() {
        String whole = say("demo", List.of(user("Hello")));
        for (int said : new int[] {0, 1, 17, whole.length() - 3, whole.length()}) {
            ModelRequest again =
                    new ModelRequest(
                            "demo",
                            List.of(user("Hello")),
                            null,
                            null,
                            LATER,
                            List.of(),
                            whole.substring(0, said));
            try (ModelStream stream = provider.open(again)) {
                assertThat(whole.substring(0, said) + readAll(stream).text()).isEqualTo(whole);
            }
        }
    }

    @Test
    void toolsAreCalledRoundByRoundAndTheirResultsSaid() {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(
                user(
                        """
                        use tool everything__echo {"message":"one"}
                        then force tool secret__delete
                        """));
        assertThat(calls(messages))
                .extracting(StreamEvent.ToolCall::name)
                .containsExactly("everything__echo");
        answered(messages, "everything", "echo", "one");
        assertThat(calls(messages))
                .extracting(StreamEvent.ToolCall::name)
                .containsExactly("secret__delete");
        answered(messages, "secret", "delete", "denied");

        assertThat(calls(messages)).isEmpty();
        assertThat(say("demo", messages)).contains("one").contains("denied");
    }

    private List<StreamEvent.ToolCall> calls(List<ChatMessage> messages) {
        try (ModelStream stream =
                provider.open(
                        new ModelRequest("demo", messages, null, null, LATER, List.of(ECHO), ""))) {
            return readAll(stream).calls();
        }
    }

    private static void answered(
            List<ChatMessage> messages, String server, String tool, String result) {
        ToolUse use = new ToolUse("c", server, tool, Json.mapper().createObjectNode());
        messages.add(new ChatMessage("assistant", "", List.of(use), null));
        messages.add(new ChatMessage("tool", result, null, "c"));
    }

    @Test
    void obeysPaceDelayAndLength() {
        try (ModelStream stream =
                provider.open(request("demo:fast,tokens=300", "Hi", null, LATER))) {
            assertThat(readAll(stream).texts()).isEqualTo(300);
        }
        long began = System.nanoTime();
        try (ModelStream stream =
                provider.open(
                        request("demo", "/demo pace=100 delay=50ms tokens=10", null, LATER))) {
            assertThat(readAll(stream).texts()).isEqualTo(10);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(135), Duration.ofSeconds(2));
    }

    @Test
    void servesOnlyNamesItKnows() {
        assertThat(provider.serves("demo:pace=nonsense")).isFalse();
        assertThat(provider.serves("demo:slow,pace=20")).isTrue();
        assertThat(provider.serves("demo")).isTrue();
        assertThat(provider.serves("demo:cut")).isTrue();
        assertThat(provider.serves("demo:nonsense")).isFalse();
        assertThat(provider.serves("demonstrator")).isFalse();
    }

    private String say(String model, List<ChatMessage> messages) {
        try (ModelStream stream =
                provider.open(new ModelRequest(model, messages, null, null, LATER))) {
            Outcome outcome = readAll(stream);
            assertThat(outcome.failure()).isNull();
            return outcome.text();
        }
    }

    private static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    private static List<JsonNode> lines(String name) throws IOException {
        try (InputStream in = DemoProviderTest.class.getResourceAsStream("/demo/" + name)) {
            List<JsonNode> lines = new ArrayList<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> lines.add(Json.tree(line.getBytes(StandardCharsets.UTF_8))));
            return lines;
        }
    }
}

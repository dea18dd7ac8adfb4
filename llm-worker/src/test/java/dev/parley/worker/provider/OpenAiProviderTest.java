package dev.parley.worker.provider;

import static dev.parley.worker.provider.FakeService.DONE;
import static dev.parley.worker.provider.FakeService.delta;
import static dev.parley.worker.provider.FakeService.finish;
import static dev.parley.worker.provider.FakeService.saying;
import static dev.parley.worker.provider.FakeService.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.FakeService.Script;
import dev.parley.worker.provider.openai.OpenAiProvider;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The thin client against a real socket that misbehaves. */
class OpenAiProviderTest extends ModelProviderContract {

    private static final String SECRET = "the service's own words";

    private final FakeService service = new FakeService(saying("Hello", " there", "!"));
    private final OpenAiProvider provider =
            new OpenAiProvider(settings(service.baseUrl(), "key-1"), Clock.systemUTC());

    @AfterEach
    void stop() {
        service.close();
    }

    private static ProviderEndpoint settings(String baseUrl, String apiKey) {
        return new ProviderEndpoint(
                "main", baseUrl, apiKey, List.of("*"), Map.of("alias", "real"), true, PATIENCE);
    }

    @Override
    protected ModelStream stream(Situation situation, Integer maxTokens, Instant deadline) {
        Script script =
                switch (situation) {
                    case ANSWERS -> saying("Hello", " there", "!");
                    case ENDLESS -> endless(maxTokens);
                    case SILENT_IN_THE_MIDDLE ->
                            exchange -> {
                                exchange.startStream();
                                exchange.send(delta("Hello") + delta(" the"));
                                exchange.awaitDisconnect();
                            };
                    case SILENT -> FakeService.Exchange::awaitDisconnect;
                    case CUT ->
                            exchange -> {
                                exchange.startStream();
                                exchange.send(delta("Hello"));
                                exchange.end();
                            };
                    case FAILS -> exchange -> exchange.reply(500, "", SECRET);
                    case BUSY -> exchange -> exchange.reply(429, "Retry-After: 7\r\n", SECRET);
                    case CALLS_TOOLS -> callingTools();
                    case FILTERED ->
                            exchange -> {
                                exchange.startStream();
                                exchange.send(finish("content_filter") + DONE);
                                exchange.end();
                            };
                };
        service.always(script);
        return provider.open(request("m", "Hi", maxTokens, deadline));
    }

    /** As OpenAI cuts two calls: the name first, the arguments in pieces, each under its index. */
    private static Script callingTools() {
        return exchange -> {
            exchange.startStream();
            exchange.send(
                    toolDelta(
                            "{\"index\":0,\"id\":\"call_a\",\"type\":\"function\","
                                    + "\"function\":{\"name\":\"everything__echo\",\"arguments\":\"\"}}"));
            exchange.send(toolDelta("{\"index\":0,\"function\":{\"arguments\":\"{\\\"mess\"}}"));
            exchange.send(
                    toolDelta(
                            "{\"index\":0,\"function\":{\"arguments\":\"age\\\":\\\"hi\\\"}\"}}"));
            exchange.send(
                    toolDelta(
                            "{\"index\":1,\"id\":\"call_b\",\"function\":"
                                    + "{\"name\":\"everything__echo\",\"arguments\":\"{}\"}}"));
            exchange.send(finish("tool_calls") + usage(9, 4, 0) + DONE);
            exchange.end();
        };
    }

    private static String toolDelta(String call) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":["
                + call
                + "]},\"finish_reason\":null}]}\n\n";
    }

    @Test
    void callsWithoutIndexOrWithAFinishOfStopAreUnderstood() {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(
                            toolDelta(
                                    "{\"id\":\"a\",\"function\":{\"name\":\"x\",\"arguments\":\"{}\"}}"));
                    exchange.send(
                            toolDelta(
                                    "{\"id\":\"b\",\"function\":{\"name\":\"y\",\"arguments\":\"[\"}}"));
                    exchange.send(finish("stop") + DONE);
                    exchange.end();
                });

        assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.TOOL_CALLS);
        assertThat(outcome.calls())
                .containsExactly(
                        new StreamEvent.ToolCall("a", "x", "{}"),
                        new StreamEvent.ToolCall("b", "y", "["));
    }

    @Test
    void toolsAndTheirResultsAreSentAsOpenAiDocumentsThem() {
        ModelRequest request =
                new ModelRequest(
                        "m",
                        List.of(
                                new ChatMessage("user", "Hi"),
                                new ChatMessage(
                                        "assistant",
                                        "",
                                        List.of(
                                                new ToolUse(
                                                        "call_a",
                                                        "everything",
                                                        "echo",
                                                        Json.tree(
                                                                "{\"message\":\"hi\"}"
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)))),
                                        null),
                                new ChatMessage("tool", "hi", null, "call_a")),
                        null,
                        null,
                        Instant.now().plusSeconds(30),
                        List.of(ECHO),
                        "");
        try (ModelStream stream = provider.open(request)) {
            readAll(stream);
        }
        JsonNode body =
                Json.tree(service.received().getFirst().body().getBytes(StandardCharsets.UTF_8));
        JsonNode call = body.get("messages").get(1).get("tool_calls").get(0);
        assertThat(call.get("id").asString()).isEqualTo("call_a");
        assertThat(call.get("type").asString()).isEqualTo("function");
        assertThat(call.get("function").get("name").asString()).isEqualTo("everything__echo");
        assertThat(call.get("function").get("arguments").asString())
                .isEqualTo("{\"message\":\"hi\"}");
        assertThat(body.get("messages").get(2).get("tool_call_id").asString()).isEqualTo("call_a");
        JsonNode tool = body.get("tools").get(0);
        assertThat(tool.get("type").asString()).isEqualTo("function");
        assertThat(tool.get("function").get("parameters").get("type").asString())
                .isEqualTo("object");
    }

    private static Script endless(Integer maxTokens) {
        return exchange -> {
            exchange.startStream();
            for (int i = 0; maxTokens == null || i < maxTokens; i++) {
                exchange.send(delta("la "));
            }
            exchange.send(finish("length") + DONE);
            exchange.end();
        };
    }

    private Outcome ask(Script script) {
        service.always(script);
        try (ModelStream stream =
                provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)))) {
            return readAll(stream);
        }
    }

    @Test
    void asksAsOpenAiDocumentsIt() {
        ModelRequest request =
                new ModelRequest(
                        "gpt-x",
                        List.of(
                                new ChatMessage("system", "Be kind."),
                                new ChatMessage("user", "Hi \uD83D\uDE00")),
                        77,
                        0.25,
                        Instant.now().plusSeconds(30));
        try (ModelStream stream = provider.open(request)) {
            Outcome outcome = readAll(stream);
            assertThat(outcome.text()).isEqualTo("Hello there!");
            assertThat(outcome.usage().input()).isEqualTo(11);
            assertThat(outcome.usage().output()).isEqualTo(3);
            assertThat(outcome.usage().cached()).isEqualTo(3);
        }
        FakeService.Received received = service.received().getFirst();
        JsonNode body = Json.tree(received.body().getBytes(StandardCharsets.UTF_8));
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.path()).isEqualTo("/v1/chat/completions");
        assertThat(received.headers()).containsEntry("authorization", "Bearer key-1");
        assertThat(received.headers()).doesNotContainKeys("upgrade", "http2-settings");
        assertThat(body.get("model").asString()).isEqualTo("gpt-x");
        assertThat(body.get("stream").asBoolean()).isTrue();
        assertThat(body.get("stream_options").get("include_usage").asBoolean()).isTrue();
        assertThat(body.get("max_tokens").asInt()).isEqualTo(77);
        assertThat(body.get("temperature").asDouble()).isEqualTo(0.25);
        assertThat(body.get("messages").get(1).get("content").asString())
                .isEqualTo("Hi \uD83D\uDE00");
    }

    static Stream<Arguments> streams() {
        String hello = delta("Hel") + delta("lo");
        String end = finish("stop") + DONE;
        return Stream.of(
                Arguments.of("plain", hello + end),
                Arguments.of("CRLF", (hello + end).replace("\n", "\r\n")),
                Arguments.of("CR", (hello + end).replace("\n", "\r")),
                Arguments.of("byte order mark", "\uFEFF" + hello + end),
                Arguments.of("comments", ": wait\n\n" + hello + ":\n\n: still\n" + end),
                Arguments.of("no space after the colon", (hello + end).replace("data: ", "data:")),
                Arguments.of("other fields", "event: x\nid: 1\nretry: 5\n" + hello + end),
                Arguments.of("data without a colon", "data\n\n" + hello + end),
                Arguments.of("no [DONE]", hello + finish("stop")),
                Arguments.of("no last blank line", hello + finish("stop") + "data: [DONE]\n"),
                Arguments.of("no last line end", hello + finish("stop") + "data: [DONE]"),
                Arguments.of("an unknown event", hello + "data: {\"kind\":\"news\"}\n\n" + end),
                Arguments.of(
                        "reasoning",
                        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\","
                                + "\"content\":null}}]}\n\n"
                                + hello
                                + end),
                Arguments.of(
                        "an event over two lines",
                        "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"Hel\"}}]}\n\n"
                                + delta("lo")
                                + end),
                Arguments.of("an unknown finish", hello + finish("eos_token") + DONE),
                Arguments.of(
                        "text with the finish",
                        delta("Hel")
                                + "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},"
                                + "\"finish_reason\":\"stop\"}]}\n\n"
                                + DONE),
                Arguments.of("text after [DONE]", hello + end + delta("more")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void readsEveryDialect(String name, String stream) {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(stream);
                    exchange.end();
                });

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.text()).isEqualTo("Hello");
        assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.STOP);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                // What the stream holds, the code, the text that still came.
                Arguments.of(delta("Hello") + DONE, ErrorCode.UPSTREAM_INCOMPLETE, "Hello"),
                Arguments.of("", ErrorCode.UPSTREAM_INCOMPLETE, ""),
                Arguments.of(
                        delta("Hello") + "data: {\"choi", ErrorCode.UPSTREAM_INCOMPLETE, "Hello"),
                Arguments.of(
                        delta("Hello") + "data: {\"choi\n\n", ErrorCode.UPSTREAM_ERROR, "Hello"),
                Arguments.of("data: [1,2]\n\n", ErrorCode.UPSTREAM_ERROR, ""),
                Arguments.of("data: nonsense\n\n", ErrorCode.UPSTREAM_ERROR, ""),
                Arguments.of(
                        "data: {\"error\":{\"message\":\"" + SECRET + "\"}}\n\n",
                        ErrorCode.UPSTREAM_ERROR,
                        ""),
                Arguments.of(
                        delta("Hello") + "data: {\"error\":\"" + SECRET + "\"}\n\n",
                        ErrorCode.UPSTREAM_ERROR,
                        "Hello"),
                Arguments.of("data: " + "x".repeat(70_000) + "\n\n", ErrorCode.UPSTREAM_ERROR, ""),
                Arguments.of("<html>" + SECRET + "</html>", ErrorCode.UPSTREAM_INCOMPLETE, ""));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void namesWhatIsBroken(String stream, ErrorCode code, String text) {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(stream);
                    exchange.end();
                });

        assertThat(outcome.failure().code()).isEqualTo(code);
        assertThat(outcome.text()).isEqualTo(text);
        assertThat(outcome.failure().publicText()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void namesWhatAStatusMeans(int status, boolean worthRetrying) {
        Outcome outcome =
                ask(exchange ->
                        exchange.reply(
                                status,
                                "Content-Type: application/json\r\n"
                                        + "Location: http://127.0.0.1:1/\r\n",
                                "{\"error\":{\"message\":\"" + SECRET + "\"}}"));

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.failure().worthRetrying()).isEqualTo(worthRetrying);
        assertThat(outcome.failure().publicText()).doesNotContain(SECRET);
    }

    static Stream<Arguments> statuses() {
        return Stream.of(
                Arguments.of(302, false),
                Arguments.of(400, false),
                Arguments.of(401, false),
                Arguments.of(404, false),
                Arguments.of(408, true),
                Arguments.of(429, true),
                Arguments.of(500, true),
                Arguments.of(503, true));
    }

    @Test
    void anErrorAsAWholeReplyWithinA200IsAnError() {
        Outcome outcome =
                ask(exchange ->
                        exchange.reply(
                                200,
                                "Content-Type: application/json\r\n",
                                "{\"error\":{\"message\":\"" + SECRET + "\"}}"));

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.failure().publicText()).doesNotContain(SECRET);
    }

    @Test
    void aServiceThatDoesNotStreamIsUnderstood() {
        Outcome outcome =
                ask(exchange ->
                        exchange.reply(
                                200,
                                "Content-Type: application/json\r\n",
                                "{\"choices\":[{\"message\":{\"role\":\"assistant\","
                                        + "\"content\":\"Hello\"},\"finish_reason\":\"length\"}],"
                                        + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}"));

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.text()).isEqualTo("Hello");
        assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.LENGTH);
    }

    @Test
    void aResetInTheMiddleIsIncomplete() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        service.always(exchange -> {
            exchange.startStream();
            exchange.send(delta("Hello"));
            exchange.awaitAndReset(read);
        });
        try (ModelStream stream =
                provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)))) {
            assertThat(stream.next()).isEqualTo(new StreamEvent.Text("Hello"));
            read.countDown();
            assertThat(readAll(stream).failure().code()).isEqualTo(ErrorCode.UPSTREAM_INCOMPLETE);
        }
    }

    @Test
    void aFinishedAnswerDoesNotWaitForAServiceThatKeepsTheConnection() {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(delta("Hello") + finish("stop"));
                    exchange.awaitDisconnect();
                });

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.usage()).isNull();
    }

    @Test
    void nobodyListeningIsAnErrorWorthRetrying() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        OpenAiProvider nowhere =
                new OpenAiProvider(
                        settings("http://127.0.0.1:" + port + "/v1/", ""), Clock.systemUTC());
        try (ModelStream stream =
                nowhere.open(request("m", "Hi", null, Instant.now().plusSeconds(10)))) {
            Outcome outcome = readAll(stream);
            assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
            assertThat(outcome.failure().worthRetrying()).isTrue();
        }
    }

    @Test
    void closingIsNoticedByTheService() throws Exception {
        CountDownLatch streaming = new CountDownLatch(1);
        CompletableFuture<Void> disconnected = new CompletableFuture<>();
        service.always(exchange -> {
            exchange.startStream();
            exchange.send(delta("Hello"));
            streaming.countDown();
            exchange.awaitDisconnect();
            disconnected.complete(null);
        });
        ModelStream stream = provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)));
        assertThat(stream.next()).isEqualTo(new StreamEvent.Text("Hello"));
        streaming.await();
        stream.close();

        assertThat(disconnected).succeedsWithin(Duration.ofMillis(500));
    }

    /** G3: however the network cuts the bytes, the text is the same. */
    @Test
    void everyCutOfTheBytesGivesTheSameText() throws ExecutionException {
        long seed = new Random().nextLong();
        System.out.println("everyCutOfTheBytesGivesTheSameText seed " + seed);
        Random random = new Random(seed);
        String[] alphabet = {
            "e\u0301",
            "\uD83D\uDE00",
            "\uD83D\uDC69\u200D\uD83D\uDCBB",
            "日本",
            "a",
            " ",
            "\n",
            "\"",
            "\\",
            "\u0627\u064E",
            "ß",
            "\uD834\uDD1E"
        };
        for (int round = 0; round < 100; round++) {
            StringBuilder expected = new StringBuilder();
            StringBuilder stream = new StringBuilder();
            String lineEnd = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
            for (int i = 0; i < 12; i++) {
                String word = alphabet[random.nextInt(alphabet.length)] + random.nextInt(10);
                expected.append(word);
                stream.append(delta(word));
            }
            stream.append(finish("stop")).append(usage(1, 12, 0)).append(DONE);
            byte[] bytes =
                    stream.toString().replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
            Outcome outcome =
                    ask(exchange -> {
                        exchange.startStream();
                        for (int from = 0; from < bytes.length; ) {
                            int to =
                                    Math.min(
                                            bytes.length,
                                            from
                                                    + 1
                                                    + random.nextInt(
                                                            random.nextBoolean() ? 3 : 200));
                            exchange.send(bytes, from, to);
                            from = to;
                        }
                        exchange.end();
                    });
            assertThat(outcome.failure()).as("seed %d round %d", seed, round).isNull();
            assertThat(outcome.text())
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(expected.toString());
        }
    }

    /** G5: wherever the stream is dropped before the finish, the answer is not complete. */
    @Test
    void aStreamDroppedAtAnyEventIsIncomplete() {
        List<String> events = List.of(delta("a"), delta("b"), delta("c"), delta("d"));
        for (int kept = 0; kept <= events.size(); kept++) {
            String stream = String.join("", events.subList(0, kept));
            AtomicBoolean reset = new AtomicBoolean();
            for (boolean hard : new boolean[] {false, true}) {
                reset.set(hard);
                Outcome outcome =
                        ask(exchange -> {
                            exchange.startStream();
                            if (!stream.isEmpty()) {
                                exchange.send(stream);
                            }
                            if (reset.get()) {
                                exchange.reset();
                            } else {
                                exchange.end();
                            }
                        });
                assertThat(outcome.failure().code())
                        .as("after %d events, hard %s", kept, hard)
                        .isIn(ErrorCode.UPSTREAM_INCOMPLETE, ErrorCode.UPSTREAM_ERROR);
                assertThat("abcd").startsWith(outcome.text());
            }
        }
    }

    @Test
    void asksUnderTheServicesOwnNameAndGoesOnFromAStartedAnswer() {
        ModelRequest request =
                new ModelRequest(
                        "alias",
                        List.of(new ChatMessage("user", "Hi")),
                        null,
                        null,
                        Instant.now().plusSeconds(30),
                        List.of(),
                        "Hello");
        try (ModelStream stream = provider.open(request)) {
            readAll(stream);
        }
        JsonNode body =
                Json.tree(service.received().getFirst().body().getBytes(StandardCharsets.UTF_8));
        assertThat(body.get("model").asString()).isEqualTo("real");
        assertThat(body.get("continue_final_message").asBoolean()).isTrue();
        assertThat(body.get("add_generation_prompt").asBoolean()).isFalse();
        assertThat(body.get("messages").get(1).get("content").asString()).isEqualTo("Hello");
        assertThat(provider.serves("demo:cut")).isFalse();
        assertThat(provider.toString()).doesNotContain("key-1");
        assertThat(settings(service.baseUrl(), "key-1").toString()).doesNotContain("key-1");
    }

    @Test
    void withoutANameTheFirstListedModelAnswers() {
        service.always(exchange ->
                exchange.reply(
                        200,
                        "Content-Type: application/json\r\n",
                        "{\"data\":[{\"id\":\"first\"},{\"id\":\"second\"}]}"));
        assertThat(provider.listed().first()).isEqualTo("first");
        assertThat(provider.models()).containsExactly("first", "second");
        service.always(exchange -> exchange.reply(404, "", "none"));
        OpenAiProvider other =
                new OpenAiProvider(settings(service.baseUrl(), null), Clock.systemUTC());
        assertThat(other.listed().first()).isEqualTo("default");
        assertThat(other.models()).isEmpty();
    }
}

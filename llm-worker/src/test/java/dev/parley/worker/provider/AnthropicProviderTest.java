package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.FakeService.Script;
import dev.parley.worker.provider.anthropic.AnthropicProvider;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Spring AI's client against the Messages API as Anthropic documents its stream. */
class AnthropicProviderTest extends ModelProviderContract {

    /** The library needs longer than ours for a first byte, and much longer for its first call. */
    private static final Patience UNHURRIED =
            new Patience(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    65_536);

    private static final String SECRET = "the service's own words";

    private final FakeService service = new FakeService(saying("Hello", " there", "!"));
    private final AnthropicProvider provider =
            new AnthropicProvider(
                    new ProviderEndpoint(
                            "claude",
                            service.baseUrl().replace("/v1", ""),
                            "key-1",
                            List.of("*"),
                            Map.of(),
                            true,
                            UNHURRIED),
                    Clock.systemUTC());

    @BeforeAll
    static void loadTheLibrary() {
        Patience patience =
                new Patience(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(1),
                        65_536);
        try (FakeService service = new FakeService(saying("Hello"));
                ModelStream stream =
                        new AnthropicProvider(
                                        new ProviderEndpoint(
                                                "first",
                                                service.baseUrl().replace("/v1", ""),
                                                "key-1",
                                                List.of("*"),
                                                Map.of(),
                                                true,
                                                patience),
                                        Clock.systemUTC())
                                .open(request("m", "Hi", null, Instant.now().plusSeconds(60)))) {
            assertThat(readAll(stream).failure()).isNull();
        }
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String event(String type, String rest) {
        return "event: %s\ndata: {\"type\":\"%s\"%s}\n\n".formatted(type, type, rest);
    }

    private static String start() {
        return event(
                "message_start",
                ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                        + "\"content\":[],\"model\":\"m\",\"stop_reason\":null,"
                        + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":8,"
                        + "\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":0,"
                        + "\"output_tokens\":1}}");
    }

    private static String textBlock() {
        return event(
                "content_block_start",
                ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
    }

    private static String text(String text) {
        return event(
                "content_block_delta",
                ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}".formatted(text));
    }

    private static String end(String reason, int output) {
        return event("content_block_stop", ",\"index\":0")
                + event(
                        "message_delta",
                        ",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{"
                                        .formatted(reason)
                                + "\"input_tokens\":8,\"cache_read_input_tokens\":3,"
                                + "\"cache_creation_input_tokens\":0,\"output_tokens\":%d}"
                                        .formatted(output))
                + event("message_stop", "");
    }

    private static Script saying(String... words) {
        return exchange -> {
            exchange.startStream();
            exchange.send(start() + textBlock() + event("ping", ""));
            for (String word : words) {
                exchange.send(text(word));
            }
            exchange.send(end("end_turn", words.length));
            exchange.end();
        };
    }

    private static Script beginning(String text, Script then) {
        return exchange -> {
            exchange.startStream();
            exchange.send(start() + textBlock() + text(text) + text(" the"));
            then.answer(exchange);
        };
    }

    private static Script callingTools() {
        return exchange -> {
            exchange.startStream();
            exchange.send(start());
            for (int i = 0; i < 2; i++) {
                exchange.send(
                        event(
                                "content_block_start",
                                ",\"index\":%d,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_%d\",\"name\":\"everything__echo\",\"input\":{}}"
                                        .formatted(i, i)));
                for (String part : List.of("{\\\"mess", "age\\\":\\\"hi\\\"}")) {
                    exchange.send(
                            event(
                                    "content_block_delta",
                                    ",\"index\":%d,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"%s\"}"
                                            .formatted(i, part)));
                }
                exchange.send(event("content_block_stop", ",\"index\":" + i));
            }
            exchange.send(
                    event(
                            "message_delta",
                            ",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}"));
            exchange.send(event("message_stop", ""));
            exchange.end();
        };
    }

    @Override
    protected ModelStream stream(Situation situation, Integer maxTokens, Instant deadline) {
        service.always(
                switch (situation) {
                    case ANSWERS -> saying("Hello", " there", "!");
                    case ENDLESS ->
                            exchange -> {
                                exchange.startStream();
                                exchange.send(start() + textBlock());
                                for (int i = 0; maxTokens == null || i < maxTokens; i++) {
                                    exchange.send(text("la "));
                                }
                                exchange.send(end("max_tokens", 20));
                                exchange.end();
                            };
                    case SILENT_IN_THE_MIDDLE ->
                            beginning("Hello", FakeService.Exchange::awaitDisconnect);
                    case SILENT -> FakeService.Exchange::awaitDisconnect;
                    case CUT -> beginning("Hello", FakeService.Exchange::end);
                    case FAILS -> exchange -> exchange.reply(500, "", error("api_error"));
                    case BUSY ->
                            exchange ->
                                    exchange.reply(
                                            429, "Retry-After: 7\r\n", error("rate_limit_error"));
                    case FILTERED ->
                            exchange -> {
                                exchange.startStream();
                                exchange.send(start() + textBlock() + end("refusal", 0));
                                exchange.end();
                            };
                    case CALLS_TOOLS -> callingTools();
                });
        return provider.open(request("m", "Hi", maxTokens, deadline));
    }

    private static String error(String type) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"}}"
                .formatted(type, SECRET);
    }

    private Outcome ask(Script script) {
        service.always(script);
        try (ModelStream stream =
                provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)))) {
            return readAll(stream);
        }
    }

    @Test
    void whatTheCacheServedIsPartOfTheInput() {
        Outcome outcome = ask(saying("Hello", " there", "!"));

        assertThat(outcome.text()).isEqualTo("Hello there!");
        assertThat(outcome.usage().input()).isEqualTo(11);
        assertThat(outcome.usage().cached()).isEqualTo(3);
        assertThat(outcome.usage().output()).isEqualTo(3);
    }

    @Test
    void asksAsAnthropicDocumentsIt() {
        ModelRequest request =
                new ModelRequest(
                        "claude-x",
                        List.of(
                                new ChatMessage("system", "Be kind."),
                                new ChatMessage("user", "Hi"),
                                new ChatMessage(
                                        "assistant",
                                        "Let me look.",
                                        List.of(
                                                new ToolUse(
                                                        "toolu_0",
                                                        "everything",
                                                        "echo",
                                                        Json.tree(
                                                                "{\"message\":\"hi\"}"
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)))),
                                        null),
                                new ChatMessage("tool", "hi", null, "toolu_0")),
                        77,
                        0.25,
                        Instant.now().plusSeconds(30),
                        List.of(ECHO),
                        "Well");
        try (ModelStream stream = provider.open(request)) {
            assertThat(readAll(stream).failure()).isNull();
        }
        FakeService.Received received = service.received().getFirst();
        JsonNode body = Json.tree(received.body().getBytes(StandardCharsets.UTF_8));
        assertThat(received.path()).startsWith("/v1/messages");
        assertThat(received.headers()).containsEntry("x-api-key", "key-1");
        assertThat(received.headers()).doesNotContainKey("x-parley-call");
        assertThat(body.get("model").asString()).isEqualTo("claude-x");
        assertThat(body.get("max_tokens").asInt()).isEqualTo(77);
        assertThat(body.get("temperature").asDouble()).isEqualTo(0.25);
        assertThat(body.get("stream").asBoolean()).isTrue();
        assertThat(body.get("system").toString()).contains("Be kind.");
        assertThat(body.get("tools").get(0).get("name").asString()).isEqualTo("everything__echo");
        JsonNode messages = body.get("messages");
        assertThat(messages).hasSize(4);
        assertThat(messages.get(1).toString()).contains("tool_use").contains("toolu_0");
        assertThat(messages.get(2).toString()).contains("tool_result").contains("toolu_0");
        assertThat(messages.get(3).get("role").asString()).isEqualTo("assistant");
        assertThat(messages.get(3).toString()).contains("Well");
    }

    @Test
    void anErrorWithinTheStreamIsAnErrorAndItsWordsStayHere() {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(start() + textBlock() + text("Hello"));
                    exchange.send("event: error\ndata: " + error("overloaded_error") + "\n\n");
                    exchange.end();
                });

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.text()).isEqualTo("Hello");
        assertThat(outcome.failure().publicText()).doesNotContain(SECRET);
    }

    @Test
    void whatIsNoJsonIsAnError() {
        Outcome outcome =
                ask(exchange -> {
                    exchange.startStream();
                    exchange.send(start() + textBlock() + text("Hello"));
                    exchange.send("event: content_block_delta\ndata: {\"type\n\n");
                    exchange.end();
                });

        assertThat(outcome.failure().code())
                .isIn(ErrorCode.UPSTREAM_ERROR, ErrorCode.UPSTREAM_INCOMPLETE);
        assertThat(outcome.text()).isEqualTo("Hello");
    }

    @Test
    void theCredentialsAndTheModelAreNamedWhenTheyAreRefused() {
        assertThat(
                        ask(exchange -> exchange.reply(401, "", error("authentication_error")))
                                .failure()
                                .publicText())
                .contains("credentials");
        assertThat(
                        ask(exchange -> exchange.reply(529, "", error("overloaded_error")))
                                .failure()
                                .worthRetrying())
                .isTrue();
    }

    @Test
    void aResetInTheMiddleIsIncomplete() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        service.always(beginning("Hello", exchange -> exchange.awaitAndReset(read)));
        try (ModelStream stream =
                provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)))) {
            assertThat(stream.next()).isEqualTo(new StreamEvent.Text("Hello"));
            read.countDown();
            assertThat(readAll(stream).failure().code()).isEqualTo(ErrorCode.UPSTREAM_INCOMPLETE);
        }
    }

    @Test
    void closingIsNoticedByTheService() throws Exception {
        CompletableFuture<Void> disconnected = new CompletableFuture<>();
        service.always(
                beginning(
                        "Hello",
                        exchange -> {
                            exchange.awaitDisconnect();
                            disconnected.complete(null);
                        }));
        ModelStream stream = provider.open(request("m", "Hi", null, Instant.now().plusSeconds(30)));
        assertThat(stream.next()).isEqualTo(new StreamEvent.Text("Hello"));
        stream.close();

        assertThat(disconnected).succeedsWithin(Duration.ofMillis(500));
    }
}

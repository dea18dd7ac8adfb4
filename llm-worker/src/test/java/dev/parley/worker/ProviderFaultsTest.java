package dev.parley.worker;

import static dev.parley.worker.provider.FakeService.DONE;
import static dev.parley.worker.provider.FakeService.delta;
import static dev.parley.worker.provider.FakeService.finish;
import static dev.parley.worker.provider.FakeService.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.worker.provider.FakeService;
import dev.parley.worker.provider.FakeService.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * G5 and the table of bad input: whatever a provider does, the real worker publishes exactly one
 * end, the code says what happened, and the text that was shown is the text that is recorded.
 */
class ProviderFaultsTest {

    private static final String SECRET = "the service's own words";

    private static Broker broker;
    private static FakeService service;
    private static FakeService spare;
    private static ConfigurableApplicationContext worker;
    private static Log log;
    private static volatile String asked;
    private static int number;

    @BeforeAll
    static void start() {
        broker = Broker.start();
        service = new FakeService(FakeService.saying("Hello"));
        spare = new FakeService(FakeService.saying("From", " elsewhere"));
        worker =
                WorkerApplication.application()
                        .run(
                                "--parley.kafka.bootstrap-servers=" + broker.address(),
                                "--server.port=0",
                                "--parley.worker.concurrency=4",
                                "--parley.provider.base-url=" + service.baseUrl(),
                                "--parley.provider.model=m",
                                // Long enough for a busy machine, short enough to wait for.
                                "--parley.provider.first-byte-timeout=2s",
                                "--parley.provider.idle-timeout=2s",
                                "--parley.provider.retries-max=1",
                                "--parley.provider.retry-backoff=5ms",
                                "--parley.provider.retry-backoff-max=50ms",
                                "--parley.providers.spare.base-url=" + spare.baseUrl(),
                                "--parley.providers.spare.models=other",
                                // Every case fails on purpose.
                                "--parley.breaker.answers-min=10000",
                                "--parley.breaker.answers=10000",
                                "--parley.context.models[0].model=tiny",
                                "--parley.context.models[0].tokens=60");
        log = new Log(broker.address());
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        worker.close();
        service.close();
        spare.close();
        broker.close();
    }

    private static Script streaming(String... parts) {
        return exchange -> {
            exchange.startStream();
            for (String part : parts) {
                exchange.send(part);
            }
            exchange.end();
        };
    }

    /** The bytes one by one, so that every character of several is cut. */
    private static Script byBytes(String stream) {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        return exchange -> {
            exchange.startStream();
            for (int i = 0; i < bytes.length; i++) {
                exchange.send(bytes, i, i + 1);
            }
            exchange.end();
        };
    }

    private static String call(String name, String arguments) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\","
                + "\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}]}}]}\n\n"
                        .formatted(name, arguments);
    }

    static Stream<Arguments> faults() {
        Script silent = FakeService.Exchange::awaitDisconnect;
        Script stalls =
                exchange -> {
                    exchange.startStream();
                    exchange.send(delta("Hello"));
                    exchange.awaitDisconnect();
                };
        Script resets =
                exchange -> {
                    exchange.startStream();
                    exchange.send(delta("Hello"));
                    awaitShown("Hello");
                    exchange.reset();
                };
        return Stream.of(
                // The fault, what the service does, the code (null: done), the text.
                Arguments.of(
                        "no finish", streaming(delta("Hello")), "upstream_incomplete", "Hello"),
                Arguments.of("nothing at all", streaming(), "upstream_incomplete", ""),
                Arguments.of(
                        "an error inside a 200",
                        streaming(
                                delta("Hello"),
                                "data: {\"error\":{\"message\":\"" + SECRET + "\"}}\n\n"),
                        "upstream_error",
                        "Hello"),
                Arguments.of(
                        "malformed events",
                        streaming(delta("Hello"), "data: {\"choi\n\n"),
                        "upstream_error",
                        "Hello"),
                Arguments.of(
                        "no event at all",
                        streaming("<html>" + SECRET + "</html>"),
                        "upstream_incomplete",
                        ""),
                Arguments.of(
                        "characters cut by the network",
                        byBytes(delta("日本 e\u0301 \uD83D\uDE00") + finish("stop") + DONE),
                        null,
                        "日本 e\u0301 \uD83D\uDE00"),
                Arguments.of(
                        "an unknown event",
                        streaming(
                                "event: news\ndata: {\"kind\":\"news\"}\n\n",
                                delta("Hello"),
                                finish("stop") + usage(1, 1, 0) + DONE),
                        null,
                        "Hello"),
                Arguments.of(
                        "no usage",
                        streaming(delta("Hello"), finish("stop") + DONE),
                        null,
                        "Hello"),
                Arguments.of(
                        "an event without end",
                        streaming("data: " + "x".repeat(2 * 1024 * 1024)),
                        "upstream_error",
                        ""),
                Arguments.of("silence", silent, "upstream_timeout", ""),
                Arguments.of("silence in the middle", stalls, "upstream_timeout", "Hello"),
                Arguments.of("a reset", resets, "upstream_incomplete", "Hello"),
                Arguments.of("429", status(429, "Retry-After: 9\r\n"), "upstream_error", ""),
                Arguments.of("500", status(500, ""), "upstream_error", ""),
                Arguments.of("401", status(401, ""), "upstream_error", ""),
                Arguments.of(
                        "a redirect",
                        status(302, "Location: http://169.254.169.254/\r\n"),
                        "upstream_error",
                        ""),
                Arguments.of(
                        "the provider's filter",
                        streaming(finish("content_filter") + DONE),
                        "upstream_error",
                        ""));
    }

    /** A reset may overtake what was sent before it, so it waits until that has been read. */
    private static void awaitShown(String text) {
        Awaitility.await("the text of " + asked)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Log.WITHIN)
                .until(() -> log.text(asked).equals(text));
    }

    private static Script status(int status, String headers) {
        return exchange -> exchange.reply(status, headers, SECRET);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void everyFaultEndsOnceByItsCode(String fault, Script script, String code, String text) {
        service.always(script);
        String id = "fault-" + number++;
        asked = id;
        log.put(Log.job(id, null, Log.user("Hi")));

        ResultEvent end = end(id);
        if (code == null) {
            assertThat(end).isInstanceOf(AnswerCompleted.class);
            assertThat(((AnswerCompleted) end).answer()).isEqualTo(text);
        } else {
            AnswerFailed failed = (AnswerFailed) end;
            assertThat(failed.code().code()).isEqualTo(code);
            assertThat(failed.partialAnswer()).isEqualTo(text);
            assertThat(failed.error()).isNotBlank().doesNotContain(SECRET);
        }
        assertThat(log.text(id)).isEqualTo(text);
        assertThat(ends(id)).hasSize(1);
    }

    @Test
    void usageThatIsMissingIsEstimatedAndSaysSo() {
        service.always(streaming(delta("Hello there"), finish("stop") + DONE));
        log.put(Log.job("usage-1", null, Log.user("How are you today?")));

        AnswerCompleted end = log.awaitResult("usage-1", AnswerCompleted.class);

        assertThat(end.usage().estimated()).isTrue();
        assertThat(end.usage().input()).isPositive();
        assertThat(end.usage().output()).isPositive();
    }

    @Test
    void aStreamThatNeverEndsIsCutAtTheLongestAnswer() {
        service.always(exchange -> {
            exchange.startStream();
            while (true) {
                exchange.send(delta("la "));
            }
        });
        Job job = Log.job("endless-1", null, Log.user("Hi"));
        log.put(
                Json.write(
                        new Job(
                                job.jobId(),
                                job.messageId(),
                                job.conversationId(),
                                job.userId(),
                                job.role(),
                                job.replyTo(),
                                null,
                                job.messages(),
                                50,
                                null,
                                job.createdAt(),
                                job.deadline())));

        AnswerCompleted end = log.awaitResult("endless-1", AnswerCompleted.class);

        assertThat(end.finishReason()).isEqualTo("length");
        assertThat(end.answer()).isEqualTo(log.text("endless-1")).hasSizeLessThan(200);
    }

    /** Nothing was offered: what the model asks for is refused, and it is heard of again. */
    @ParameterizedTest
    @MethodSource("calls")
    void aCallOfAToolThatIsNotOfferedIsNeverMade(String name, String arguments) {
        String id = "call-" + number++;
        service.next(streaming(call(name, arguments), finish("tool_calls") + DONE));
        service.always(FakeService.saying("Without", " it"));
        log.put(Log.job(id, null, Log.user("Delete it")));

        AnswerCompleted end = log.awaitResult(id, AnswerCompleted.class);

        assertThat(end.toolCalls()).isZero();
        assertThat(end.answer()).isEqualTo(log.text(id));
    }

    static Stream<Arguments> calls() {
        return Stream.of(
                Arguments.of("secret__delete", "{}"),
                Arguments.of("secret__delete", "{\\\"a\\\":"),
                Arguments.of("", ""),
                Arguments.of("x".repeat(300), "[]"));
    }

    @Test
    void aFurtherProviderAnswersForItsModels() {
        log.put(Log.job("further-1", "other", Log.user("Hi")));

        assertThat(log.awaitResult("further-1", AnswerCompleted.class).answer())
                .isEqualTo("From elsewhere");
    }

    @Test
    void aLongConversationIsCutAndTheClientIsTold() {
        service.always(FakeService.saying("Yes"));
        String text = "0123456789".repeat(4);
        log.put(
                Log.job(
                        "long-1",
                        "tiny",
                        Log.user(text),
                        Log.assistant(text),
                        Log.user(text),
                        Log.assistant(text),
                        Log.user("Still there?")));

        log.awaitResult("long-1", AnswerCompleted.class);

        assertThat(log.lane("long-1").stream().map(Log::frame))
                .anySatisfy(frame ->
                        assertThat(frame)
                                .isInstanceOfSatisfying(
                                        ServerFrame.Warning.class,
                                        w -> assertThat(w.message()).contains("2 oldest")));
        String body = service.received().getLast().body();
        assertThat(Json.tree(body.getBytes(StandardCharsets.UTF_8)).get("messages")).hasSize(3);
    }

    private static ResultEvent end(String id) {
        Awaitility.await("the end of " + id).atMost(Log.WITHIN).until(() -> !ends(id).isEmpty());
        ResultEvent end = ends(id).getFirst();
        String text =
                end instanceof AnswerCompleted completed
                        ? completed.answer()
                        : ((AnswerFailed) end).partialAnswer();
        // The lane is another partition: what was written before may be read after.
        Awaitility.await("the text of " + id)
                .atMost(Log.WITHIN)
                .until(() -> log.text(id).equals(text));
        return end;
    }

    private static List<ResultEvent> ends(String id) {
        return log.results(id).stream()
                .filter(r -> r instanceof AnswerCompleted || r instanceof AnswerFailed)
                .toList();
    }
}

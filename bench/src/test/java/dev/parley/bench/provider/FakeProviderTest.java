package dev.parley.bench.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.load.DirectStream;
import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.net.EventLoop;
import dev.parley.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FakeProviderTest {

    private static final int SECONDS_MAX = 10;

    private final Answers answers = new Answers("test");
    private final HttpClient client = HttpClient.newHttpClient();
    private final EventLoop loop = EventLoop.start("test-load");
    private FakeProvider provider;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start(0, answers, new AnswerPlan("unplanned", 5, 0));
    }

    @AfterEach
    void stop() {
        loop.close();
        provider.close();
    }

    private HttpResponse<String> post(String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(provider.baseUrl() + "/chat/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String body(String prompt, String more) {
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                + "{\"role\":\"user\",\"content\":"
                + Json.writeText(prompt)
                + "}]"
                + more
                + "}";
    }

    private static List<JsonNode> events(HttpResponse<String> response) {
        List<String> data =
                response.body()
                        .lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring(6))
                        .toList();
        assertThat(data.getLast()).isEqualTo("[DONE]");
        return data.stream()
                .limit(data.size() - 1)
                .map(line -> Json.tree(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    @Test
    void streamsThePlannedAnswerWithUsageWhenAskedFor() throws Exception {
        Answer answer = answers.plan(40, 0);
        HttpResponse<String> response =
                post(
                        body(
                                answer.plan().prompt(300),
                                ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        List<JsonNode> events = events(response);
        StringBuilder text = new StringBuilder();
        events.forEach(event ->
                text.append(
                        event.path("choices").path(0).path("delta").path("content").asString("")));
        assertThat(text).hasToString(AnswerText.joined(answer.plan().id(), 40));
        assertThat(events.getLast().path("usage").path("completion_tokens").asInt()).isEqualTo(40);
        assertThat(events.get(events.size() - 2).path("choices").path(0).path("finish_reason"))
                .hasToString("\"stop\"");
        assertThat(answer.calls()).isOne();
        assertThat(answer.leftNanos(39)).isNotZero();
    }

    @Test
    void answersWholeWithoutAStreamAndStopsAtTheLimit() throws Exception {
        Answer answer = answers.plan(40, 0);
        JsonNode json =
                Json.tree(
                        post(body(answer.plan().prompt(0), ",\"max_tokens\":3"))
                                .body()
                                .getBytes(StandardCharsets.UTF_8));
        JsonNode choice = json.path("choices").path(0);
        assertThat(choice.path("message").path("content").asString())
                .isEqualTo(AnswerText.joined(answer.plan().id(), 3));
        assertThat(choice.path("finish_reason").asString()).isEqualTo("length");
    }

    @Test
    void aMessageWithoutAPlanIsAnsweredAllTheSame() throws Exception {
        List<JsonNode> events = events(post(body("Hello?", ",\"stream\":true")));
        // Role, five tokens, finish.
        assertThat(events).hasSize(7);
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        assertThat(post("{").statusCode()).isEqualTo(400);
        assertThat(
                        client.send(
                                        HttpRequest.newBuilder(
                                                        URI.create(provider.baseUrl() + "/files"))
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        client.send(
                                        HttpRequest.newBuilder(
                                                        URI.create(provider.baseUrl() + "/models"))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body())
                .contains("\"bench\"");
    }

    @Test
    void aDirectStreamReadsOneAnswerAfterAnother() throws Exception {
        List<Long> path = Collections.synchronizedList(new ArrayList<>());
        Stream stream =
                DirectStream.open(loop, provider.address(), path::add)
                        .get(SECONDS_MAX, TimeUnit.SECONDS);
        for (int i = 0; i < 3; i++) {
            Answer answer = answers.plan(30, i == 1 ? 1_000 : 0);
            Exchange exchange = stream.ask(answer, 200).get(SECONDS_MAX, TimeUnit.SECONDS);
            assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.DONE);
            assertThat(exchange.faults()).isEmpty();
            assertThat(exchange.text()).isEqualTo(exchange.expected());
            assertThat(exchange.toFirstTokenNanos()).isPositive();
        }
        assertThat(path).hasSize(90).allMatch(nanos -> nanos >= 0);
    }

    @Test
    void aDirectStreamSaysWhenTheProviderIsGone() throws Exception {
        Stream stream =
                DirectStream.open(loop, provider.address(), path -> {})
                        .get(SECONDS_MAX, TimeUnit.SECONDS);
        provider.close();
        Exchange exchange = stream.ask(answers.plan(3, 0), 0).get(SECONDS_MAX, TimeUnit.SECONDS);
        assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.CUT);
    }
}

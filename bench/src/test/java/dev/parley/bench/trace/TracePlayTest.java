package dev.parley.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.parley.bench.load.ChatStream;
import dev.parley.bench.load.DirectStream;
import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.FakeGateway;
import dev.parley.bench.load.Stream;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.Answers;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.schemas.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracePlayTest {

    private static final int SECONDS_MAX = 20;

    private final EventLoop loop = EventLoop.start("test-load");
    private final Answers answers = new Answers("test");

    @AfterEach
    void stop() {
        loop.close();
    }

    private static Schedule burst(int requests) {
        return new Schedule(
                IntStream.range(0, requests)
                        .mapToObj(i -> new TraceFile.Arrival(Duration.ofMillis(i), 50, 1 + i % 9))
                        .toList(),
                1);
    }

    @ParameterizedTest
    @CsvSource({
        // requests, users at first, turns, tokens a second, users at least, opened at least
        "20, 1, 100, 10, 2, 2",
        "50, 50, 1, 0, 50, 100",
        "50, 50, 2, 0, 50, 50",
    })
    void everyRequestEndsBusyUsersMakeRoomAndConversationsEnd(
            int requests, int users, int turns, double pace, int usersMin, int openedMin)
            throws Exception {
        AtomicInteger opened = new AtomicInteger();
        try (FakeProvider provider =
                FakeProvider.start(0, answers, new AnswerPlan("unplanned", 1, 0))) {
            TracePlay play =
                    new TracePlay(
                            loop,
                            answers,
                            new TracePlay.Settings(
                                    burst(requests),
                                    pace,
                                    users,
                                    turns,
                                    1_000,
                                    Duration.ofSeconds(SECONDS_MAX)),
                            user -> {
                                opened.incrementAndGet();
                                return DirectStream.open(loop, provider.address(), path -> {});
                            });
            List<TracePlay.Played> played = play.run();
            assertThat(played).extracting(TracePlay.Played::index).doesNotHaveDuplicates();
            assertThat(played).hasSize(requests);
            assertThat(played)
                    .extracting(TracePlay.Played::exchange)
                    .allMatch(e -> e.outcome() == Exchange.Outcome.DONE && e.faults().isEmpty());
            assertThat(play.users()).isGreaterThanOrEqualTo(usersMin);
            assertThat(opened.get()).isGreaterThanOrEqualTo(openedMin);
        }
    }

    @Test
    void whatDoesNotEndIsNotWaitedForWithoutEnd() throws Exception {
        try (FakeGateway gateway =
                new FakeGateway("HTTP/1.1 101 Upgraded", (id, plan) -> List.of())) {
            TracePlay play =
                    new TracePlay(
                            loop,
                            answers,
                            new TracePlay.Settings(burst(3), 0, 1, 4, 0, Duration.ofMillis(200)),
                            user -> ChatStream.open(loop, gateway.address(), "u", "t", path -> {}));
            assertThat(play.run()).isEmpty();
        }
    }

    private Exchange answered() throws Exception {
        try (FakeGateway gateway =
                new FakeGateway("HTTP/1.1 101 Upgraded", FakeGateway::wellBehaved)) {
            Stream stream =
                    ChatStream.open(loop, gateway.address(), "u", "t", path -> {})
                            .get(SECONDS_MAX, TimeUnit.SECONDS);
            return stream.ask(answers.plan(8, 0), 0).get(SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // turns with the id, status, is the text the one shown, stored, what is said
        "1, done, true, 1, ''",
        "0, done, true, 0, 1 × not in the history",
        "2, done, true, 0, 1 × in the history 2 times",
        "1, failed, true, 0, '1 × in the history as \"failed\" and not done'",
        "1, done, false, 0, 1 × in the history with another text than was shown",
    })
    void theHistoryMustHoldWhatWasShown(
            int turns, String status, boolean same, int stored, String fault) throws Exception {
        Exchange exchange = answered();
        String turn =
                "{\"message_id\":\"%s\",\"status\":\"%s\",\"answer\":%s}"
                        .formatted(
                                exchange.messageId(),
                                status,
                                Json.writeText(same ? exchange.text() : "else"));
        String body =
                "{\"id\":\"c\",\"turns\":["
                        + String.join(",", IntStream.range(0, turns).mapToObj(i -> turn).toList())
                        + "]}";
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/conversations/c",
                http -> {
                    boolean signed =
                            "Bearer token-of-u"
                                    .equals(http.getRequestHeaders().getFirst("Authorization"));
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    http.sendResponseHeaders(signed ? 200 : 401, bytes.length);
                    http.getResponseBody().write(bytes);
                    http.close();
                });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            History.Finding finding =
                    new History(address, user -> "token-of-" + user).look(List.of(exchange));
            assertThat(finding.stored()).isEqualTo(stored);
            assertThat(finding.twice()).isEqualTo(turns > 1 ? 1 : 0);
            assertThat(finding.faults()).isEqualTo(fault.isEmpty() ? List.of() : List.of(fault));
        } finally {
            server.stop(0);
        }
    }
}

package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.bench.net.EventLoop;
import dev.parley.bench.provider.Answers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatStreamTest {

    private static final int SECONDS_MAX = 10;
    private static final String UPGRADED = "HTTP/1.1 101 Switching Protocols";

    private final EventLoop loop = EventLoop.start("test-load");
    private final Answers answers = new Answers("test");

    @AfterEach
    void stop() {
        loop.close();
    }

    private Stream open(FakeGateway gateway) throws Exception {
        return ChatStream.open(loop, gateway.address(), "u1", "the.jwt", path -> {})
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    private Exchange ask(Stream stream, int chars) throws Exception {
        return stream.ask(answers.plan(12, 0), chars).get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    @Test
    void readsAnswersInFragmentsAndSaysWhoItIs() throws Exception {
        try (FakeGateway gateway = new FakeGateway(UPGRADED, FakeGateway::wellBehaved)) {
            Stream stream = open(gateway);
            for (int chars : new int[] {0, 100, 5_000}) {
                Exchange exchange = ask(stream, chars);
                assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.DONE);
                assertThat(exchange.faults()).isEmpty();
                assertThat(exchange.frames()).isEqualTo(2);
                assertThat(exchange.conversationId()).isEqualTo("c");
            }
            assertThat(gateway.authorization()).isEqualTo("Bearer the.jwt");
        }
    }

    @Test
    void aRefusalEndsTheExchange() throws Exception {
        try (FakeGateway gateway =
                new FakeGateway(
                        UPGRADED,
                        (id, plan) ->
                                List.of(
                                        "{\"type\":\"error\",\"client_msg_id\":\"%s\",\"code\":\"rate_limited\",\"error\":\"Slower.\"}"
                                                .formatted(id)))) {
            Exchange exchange = ask(open(gateway), 0);
            assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.ERROR);
            assertThat(exchange.detail()).isEqualTo("rate_limited: Slower.");
        }
    }

    @Test
    void aLostConnectionCutsTheExchangeAndTheNextOnes() throws Exception {
        try (FakeGateway gateway = new FakeGateway(UPGRADED, (id, plan) -> List.of(""))) {
            Stream stream = open(gateway);
            assertThat(ask(stream, 0).outcome()).isEqualTo(Exchange.Outcome.CUT);
            assertThat(ask(stream, 0).outcome()).isEqualTo(Exchange.Outcome.CUT);
        }
    }

    @Test
    void aRefusedUpgradeIsToldWithItsStatus() throws Exception {
        try (FakeGateway gateway = new FakeGateway("HTTP/1.1 401 No", (id, plan) -> List.of())) {
            assertThatThrownBy(() -> open(gateway)).hasMessageContaining("401");
        }
    }

    @Test
    void aClosedLoopEndsAsManyAsWereWanted() throws Exception {
        try (FakeGateway gateway = new FakeGateway(UPGRADED, FakeGateway::wellBehaved)) {
            List<Supplier<CompletableFuture<Exchange>>> askers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Stream stream = open(gateway);
                askers.add(() -> stream.ask(answers.plan(3, 0), 0));
            }
            List<Exchange> ended =
                    ClosedLoop.run(
                            loop,
                            askers,
                            new ClosedLoop.Drive(
                                    Duration.ofMillis(1), 42, 7, Duration.ofSeconds(SECONDS_MAX)));
            assertThat(ended).hasSize(42).allMatch(e -> e.outcome() == Exchange.Outcome.DONE);
        }
    }
}

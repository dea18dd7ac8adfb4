package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When a call is made again, and where. */
class RoutedStreamTest {

    private static final RoutedStream.Policy POLICY =
            new RoutedStream.Policy(2, Duration.ofMillis(1), Duration.ofMillis(50));
    private static final BreakerSettings BREAKER =
            new BreakerSettings(4, 4, 50, Duration.ofSeconds(10), 1, Duration.ofMinutes(5));

    private static final ProviderException PASSING =
            ProviderException.passing(ErrorCode.UPSTREAM_ERROR, "passing", null);
    private static final ProviderException LASTING =
            ProviderException.lasting(ErrorCode.UPSTREAM_ERROR, "lasting");
    private static final ProviderException REFUSED =
            ProviderException.refused(ErrorCode.UPSTREAM_ERROR, "refused");
    private static final ProviderException SOON =
            ProviderException.busy("busy", Duration.ofMillis(20));
    private static final ProviderException MUCH_LATER =
            ProviderException.busy("busy", Duration.ofSeconds(30));
    private static final StreamEvent TEXT = new StreamEvent.Text("x");
    private static final StreamEvent END = new StreamEvent.Finished(StreamEvent.FinishReason.STOP);

    private final MovableClock clock = new MovableClock();
    private final List<String> called = new ArrayList<>();

    /** A provider whose calls were written down. */
    private ProviderHealth played(String name, List<List<Object>> calls) {
        Queue<List<Object>> left = new ArrayDeque<>(calls);
        ModelProvider provider =
                new ModelProvider() {
                    @Override
                    public String name() {
                        return name;
                    }

                    @Override
                    public boolean serves(String model) {
                        return true;
                    }

                    @Override
                    public ModelStream open(ModelRequest request) {
                        called.add(name);
                        return new Played(left.remove());
                    }
                };
        return new ProviderHealth(provider, "played", BREAKER, clock);
    }

    private RoutedStream stream(RoutedStream.Policy policy, ProviderHealth... routes) {
        return new RoutedStream(
                List.of(routes),
                ModelProviderContract.request("m", "Hi", null, Instant.MAX),
                policy,
                new Random(1),
                (provider, failure) -> {});
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                // What each call does in turn; calls made; whether the answer finishes.
                Arguments.of(List.of(List.of(TEXT, END)), 1, true),
                Arguments.of(List.of(List.of(PASSING), List.of(TEXT, END)), 2, true),
                Arguments.of(List.of(List.of(SOON), List.of(TEXT, END)), 2, true),
                Arguments.of(List.of(List.of(PASSING), List.of(PASSING), List.of(END)), 3, true),
                Arguments.of(
                        List.of(List.of(PASSING), List.of(PASSING), List.of(PASSING)), 3, false),
                Arguments.of(List.of(List.of(LASTING), List.of(END)), 1, false),
                Arguments.of(List.of(List.of(REFUSED), List.of(END)), 1, false),
                Arguments.of(List.of(List.of(MUCH_LATER), List.of(END)), 1, false),
                Arguments.of(List.of(List.of(TEXT, PASSING), List.of(END)), 1, false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void callsAgainBeforeTheFirstTextOnly(
            List<List<Object>> calls, int expectedCalls, boolean finishes) {
        var outcome = ModelProviderContract.readAll(stream(POLICY, played("a", calls)));

        assertThat(called).hasSize(expectedCalls);
        assertThat(outcome.failure() == null).isEqualTo(finishes);
    }

    static Stream<Arguments> failovers() {
        return Stream.of(
                // What a does, what b does, who is called in turn, whether the answer finishes.
                Arguments.of(List.of(List.of(PASSING)), List.of(List.of(END)), "a b", true),
                Arguments.of(List.of(List.of(LASTING)), List.of(List.of(END)), "a b", true),
                Arguments.of(List.of(List.of(MUCH_LATER)), List.of(List.of(END)), "a b", true),
                Arguments.of(List.of(List.of(REFUSED)), List.of(List.of(END)), "a", false),
                Arguments.of(List.of(List.of(TEXT, PASSING)), List.of(List.of(END)), "a", false),
                Arguments.of(
                        List.of(List.of(PASSING), List.of(END)),
                        List.of(List.of(LASTING)),
                        "a b a",
                        true),
                Arguments.of(List.of(List.of(LASTING)), List.of(List.of(LASTING)), "a b", false));
    }

    @ParameterizedTest
    @MethodSource("failovers")
    void failsOverToTheNextRoute(
            List<List<Object>> a, List<List<Object>> b, String order, boolean finishes) {
        RoutedStream stream = stream(POLICY, played("a", a), played("b", b));
        var outcome = ModelProviderContract.readAll(stream);

        assertThat(String.join(" ", called)).isEqualTo(order);
        assertThat(outcome.failure() == null).isEqualTo(finishes);
        assertThat(stream.provider().name()).isEqualTo(called.getLast());
    }

    @Test
    void aProviderThatKeepsFailingIsLeftAloneAndTriedAgainLater() {
        RoutedStream.Policy once = new RoutedStream.Policy(0, Duration.ZERO, Duration.ZERO);
        ProviderHealth a =
                played(
                        "a",
                        List.of(
                                List.of(PASSING),
                                List.of(PASSING),
                                List.of(PASSING),
                                List.of(PASSING),
                                List.of(TEXT, END)));
        for (int i = 0; i < 4; i++) {
            ModelProviderContract.readAll(stream(once, a));
        }
        assertThat(a.state().state()).isEqualTo("open");
        var refused = ModelProviderContract.readAll(stream(once, a));
        assertThat(called).hasSize(4);
        assertThat(refused.failure().retryAfter()).isEqualTo(Duration.ofSeconds(10));

        clock.pass(Duration.ofSeconds(11));
        var tried = ModelProviderContract.readAll(stream(once, a));

        assertThat(tried.failure()).isNull();
        assertThat(a.state().state()).isEqualTo("up");
    }

    @Test
    void anOpenBreakerStaysOpenAsLongAsTheProviderAsked() {
        RoutedStream.Policy once = new RoutedStream.Policy(0, Duration.ZERO, Duration.ZERO);
        ProviderHealth a =
                played(
                        "a",
                        List.of(
                                List.of(MUCH_LATER),
                                List.of(MUCH_LATER),
                                List.of(MUCH_LATER),
                                List.of(MUCH_LATER),
                                List.of(TEXT, END)));
        for (int i = 0; i < 4; i++) {
            ModelProviderContract.readAll(stream(once, a));
        }
        clock.pass(Duration.ofSeconds(20));
        assertThat(ModelProviderContract.readAll(stream(once, a)).failure()).isNotNull();
        assertThat(called).hasSize(4);

        clock.pass(Duration.ofSeconds(11));

        assertThat(ModelProviderContract.readAll(stream(once, a)).failure()).isNull();
    }

    @Test
    void whatSpeaksOfTheQuestionOpensNoBreaker() {
        RoutedStream.Policy once = new RoutedStream.Policy(0, Duration.ZERO, Duration.ZERO);
        List<List<Object>> refusals = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            refusals.add(List.of(i % 2 == 0 ? REFUSED : LASTING));
        }
        ProviderHealth a = played("a", refusals);
        for (int i = 0; i < 8; i++) {
            ModelProviderContract.readAll(stream(once, a));
        }

        assertThat(a.state().state()).isEqualTo("up");
        assertThat(a.state().failures()).isEqualTo(8);
    }

    @Test
    void closingEndsAPause() throws Exception {
        RoutedStream stream =
                stream(
                        new RoutedStream.Policy(5, Duration.ofHours(1), Duration.ofHours(1)),
                        played("a", List.of(List.of(PASSING))));
        CompletableFuture<ModelProviderContract.Outcome> reading =
                CompletableFuture.supplyAsync(
                        () -> ModelProviderContract.readAll(stream), ModelProviderContract.VIRTUAL);
        CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS).execute(stream::close);

        assertThat(reading.get(2, TimeUnit.SECONDS).failure()).isNotNull();
    }

    /** A stream that was written down. */
    private static final class Played implements ModelStream {
        private final Queue<Object> events;

        Played(List<Object> events) {
            this.events = new ArrayDeque<>(events);
        }

        @Override
        public StreamEvent next() throws ProviderException {
            Object event = events.remove();
            if (event instanceof ProviderException failure) {
                throw failure;
            }
            return (StreamEvent) event;
        }

        @Override
        public void close() {}
    }

    private static final class MovableClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}

package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.ErrorCode;
import java.time.Duration;
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

/** When a call is made again. */
class RetryingStreamTest {

    private static final RetryingStream.Policy POLICY =
            new RetryingStream.Policy(2, Duration.ofMillis(1), Duration.ofMillis(50));

    private static final ProviderException PASSING =
            ProviderException.passing(ErrorCode.UPSTREAM_ERROR, "passing", null);
    private static final ProviderException LASTING =
            ProviderException.lasting(ErrorCode.UPSTREAM_ERROR, "lasting");
    private static final ProviderException SOON =
            ProviderException.busy("busy", Duration.ofMillis(20));
    private static final ProviderException MUCH_LATER =
            ProviderException.busy("busy", Duration.ofSeconds(9));
    private static final StreamEvent TEXT = new StreamEvent.Text("x");
    private static final StreamEvent END = new StreamEvent.Finished(StreamEvent.FinishReason.STOP);

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
                Arguments.of(List.of(List.of(MUCH_LATER), List.of(END)), 1, false),
                Arguments.of(List.of(List.of(TEXT, PASSING), List.of(END)), 1, false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void callsAgainBeforeTheFirstTextOnly(
            List<List<Object>> calls, int expectedCalls, boolean finishes) {
        Queue<List<Object>> left = new ArrayDeque<>(calls);
        List<Integer> made = new ArrayList<>();
        RetryingStream stream =
                new RetryingStream(
                        () -> {
                            made.add(1);
                            return new Played(left.remove());
                        },
                        POLICY,
                        new Random(1),
                        failure -> {});

        ModelProviderContract.Outcome outcome = ModelProviderContract.readAll(stream);

        assertThat(made).hasSize(expectedCalls);
        assertThat(outcome.failure() == null).isEqualTo(finishes);
    }

    @Test
    void closingEndsAPause() throws Exception {
        RetryingStream stream =
                new RetryingStream(
                        () -> new Played(List.of(PASSING)),
                        new RetryingStream.Policy(5, Duration.ofHours(1), Duration.ofHours(1)),
                        new Random(1),
                        failure -> {});
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
}

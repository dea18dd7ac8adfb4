package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.provider.Answer;
import dev.parley.bench.provider.AnswerPlan;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExchangeTest {

    private static final AnswerPlan PLAN = new AnswerPlan("e", 4, 0);

    private static Exchange accepted() {
        Exchange exchange = new Exchange(new Answer(PLAN), "u");
        exchange.sent(100);
        exchange.accepted("m", "c", 150);
        return exchange;
    }

    private static void token(Exchange exchange, long seq, String text) {
        exchange.token(seq, text, 200 + seq, path -> {});
    }

    /** What came after {@code accepted}, and what is said of it. */
    static Stream<Arguments> histories() {
        String all = new Exchange(new Answer(PLAN), "u").expected();
        String half = all.substring(0, 3);
        String rest = all.substring(3);
        return Stream.of(
                row(
                        "in two frames",
                        List.of(),
                        e -> {
                            token(e, 0, half);
                            token(e, 1, rest);
                            e.done(all, 300);
                        }),
                row(
                        "an empty frame is a frame",
                        List.of(),
                        e -> {
                            token(e, 0, "");
                            token(e, 1, all);
                            e.done(all, 300);
                        }),
                row(
                        "a gap",
                        List.of("seq 2 where 1 was due"),
                        e -> {
                            token(e, 0, half);
                            token(e, 2, rest);
                            e.done(all, 300);
                        }),
                row(
                        "a repeat",
                        List.of(
                                "seq 0 where 1 was due",
                                "the joined tokens differ from result.answer"),
                        e -> {
                            token(e, 0, all);
                            token(e, 0, all);
                            e.done(all, 300);
                        }),
                row(
                        "another answer",
                        List.of("result.answer differs from what the provider sent"),
                        e -> {
                            token(e, 0, "else");
                            e.done("else", 300);
                        }),
                row(
                        "two terminals",
                        List.of("terminal number 2"),
                        e -> {
                            token(e, 0, all);
                            e.done(all, 300);
                            e.failed("internal", 301);
                        }),
                row(
                        "a token after the end",
                        List.of("a token after the terminal"),
                        e -> {
                            token(e, 0, all);
                            e.done(all, 300);
                            token(e, 1, "more");
                        }),
                row(
                        "accepted again, same id",
                        List.of(),
                        e -> {
                            e.accepted("m", "c", 160);
                            token(e, 0, all);
                            e.done(all, 300);
                        }),
                row(
                        "accepted again, another id",
                        List.of("accepted twice, with two message ids"),
                        e -> {
                            e.accepted("n", "c", 160);
                            token(e, 0, all);
                            e.done(all, 300);
                        }),
                row(
                        "a restart that keeps a part",
                        List.of(),
                        e -> {
                            token(e, 0, half + "lost");
                            e.restarted(3);
                            token(e, 1, rest);
                            e.done(all, 300);
                        }),
                row(
                        "a restart from nothing",
                        List.of(),
                        e -> {
                            token(e, 0, half);
                            e.restarted(0);
                            token(e, 1, all);
                            e.done(all, 300);
                        }),
                row(
                        "a restart that keeps more than there is",
                        List.of("restart keeps 9 of 3 characters"),
                        e -> {
                            token(e, 0, half);
                            e.restarted(9);
                            token(e, 1, rest);
                            e.done(all, 300);
                        }));
    }

    private static Arguments row(String name, List<String> faults, Consumer<Exchange> history) {
        return Arguments.of(name, faults, history);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("histories")
    void saysWhatContradictsTheContract(
            String name, List<String> faults, Consumer<Exchange> history) {
        Exchange exchange = accepted();
        history.accept(exchange);
        assertThat(exchange.faults()).isEqualTo(faults);
        assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.DONE);
    }

    @Test
    void countsTimeFromTheQuestion() {
        Exchange exchange = accepted();
        token(exchange, 0, exchange.expected());
        exchange.done(exchange.expected(), 300);
        assertThat(exchange.toAcceptedNanos()).isEqualTo(50);
        assertThat(exchange.toFirstTokenNanos()).isEqualTo(100);
        assertThat(exchange.toEndNanos()).isEqualTo(200);
    }

    @Test
    void aCutAfterTheEndChangesNothing() {
        Exchange exchange = accepted();
        exchange.failed("overloaded: try later", 300);
        exchange.cut("gone", 400);
        assertThat(exchange.outcome()).isEqualTo(Exchange.Outcome.ERROR);
        assertThat(exchange.detail()).isEqualTo("overloaded: try later");
    }
}

package dev.parley.orchestrator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.core.Given;
import dev.parley.orchestrator.core.Settled;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LedgerVerificationTest {

    private static List<String> verify(List<TurnRecord> turns, Settled user) {
        LedgerVerification verification = new LedgerVerification(Given.settings().budgetZone());
        turns.forEach(verification::take);
        verification.take(Given.USER, user.state());
        return verification.report(user.now()).differences().getOrDefault(Given.USER, List.of());
    }

    @Test
    void findsARightAccountRight() {
        Settled user = Settled.oneOfEach();

        assertThat(verify(user.turns(), user)).isEmpty();
    }

    @Test
    void findsItRightADayAndAMonthLater() {
        Settled user = Settled.oneOfEach();

        assertThat(verify(user.turns(), user.after(Duration.ofHours(25)))).isEmpty();
        assertThat(verify(user.turns(), user.after(Duration.ofDays(40)))).isEmpty();
    }

    static Stream<Arguments> tamperings() {
        return Stream.of(
                // what is done to the record, what is said of it
                row(
                        "a charge is missing",
                        turns -> without(turns, TurnRecord.ChargeTurn.class),
                        "charged tokens"),
                row("a charge is doubled", LedgerVerificationTest::doubled, "charged twice"),
                row("a charge is higher", turns -> charged(turns, 1), "charged tokens"),
                row("a charge is lower than its usage", turns -> charged(turns, -1), "used"),
                row(
                        "a refusal is missing",
                        turns -> without(turns, TurnRecord.RefusalTurn.class),
                        "refused messages: 0 in the record, 1 kept"),
                row(
                        "an admission is missing",
                        turns -> without(turns, TurnRecord.UserTurn.class),
                        "was never admitted"),
                row(
                        "an end is missing",
                        turns -> without(turns, TurnRecord.AssistantTurn.class),
                        "has no end"));
    }

    private static Arguments row(
            String name, UnaryOperator<List<TurnRecord>> tampering, String said) {
        return Arguments.of(name, tampering, said);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tamperings")
    void namesADifference(String name, UnaryOperator<List<TurnRecord>> tampering, String said) {
        Settled user = Settled.oneOfEach();

        assertThat(verify(tampering.apply(user.turns()), user)).anyMatch(l -> l.contains(said));
    }

    private static List<TurnRecord> without(List<TurnRecord> turns, Class<?> body) {
        List<TurnRecord> rest = new ArrayList<>(turns);
        for (TurnRecord turn : turns) {
            if (body.isInstance(turn.body())) {
                rest.remove(turn);
                return rest;
            }
        }
        throw new AssertionError("nothing to leave out");
    }

    private static List<TurnRecord> doubled(List<TurnRecord> turns) {
        List<TurnRecord> all = new ArrayList<>(turns);
        turns.stream().filter(t -> t.body() instanceof TurnRecord.ChargeTurn).forEach(all::add);
        return all;
    }

    private static List<TurnRecord> charged(List<TurnRecord> turns, long more) {
        return turns.stream()
                .map(turn -> {
                    if (!(turn.body() instanceof TurnRecord.ChargeTurn charge)) {
                        return turn;
                    }
                    TokenUsage usage = charge.usage();
                    return new TurnRecord(
                            turn.conversationId(),
                            turn.ordinal(),
                            turn.userId(),
                            turn.team(),
                            turn.role(),
                            turn.at(),
                            new TurnRecord.ChargeTurn(
                                    charge.messageId(),
                                    new TokenUsage(usage.input(), usage.output() + more, 0, false),
                                    charge.cost() == null ? null : BigDecimal.ONE,
                                    charge.reserved(),
                                    charge.requestedAt()),
                            turn.prevHash(),
                            turn.hash());
                })
                .toList();
    }
}

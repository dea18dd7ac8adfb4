package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.lines;
import static dev.parley.orchestrator.core.Given.policy;
import static dev.parley.orchestrator.core.Given.priced;
import static dev.parley.orchestrator.core.Given.role;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit alone, 0, absent, the strictest of several, and the order of refusals. */
class LimitsTest {

    private static final Caller BLUE = new Caller(Given.USER, null, null, "user", "blue");

    private final Given user = new Given();

    /** What the first message that is too many meets, and how it is told. */
    static Stream<Arguments> refusals() {
        return Stream.of(
                // limit, value, messages admitted, refusal of the next
                row(
                        "requests_per_second",
                        2,
                        2,
                        "error rate_limited requests_per_second 2/2 after 1"),
                row(
                        "requests_per_minute",
                        3,
                        3,
                        "error rate_limited requests_per_minute 3/3 after 60"),
                row(
                        "requests_per_hour",
                        1,
                        1,
                        "error rate_limited requests_per_hour 1/1 after 3600"),
                row(
                        "requests_per_day",
                        1,
                        1,
                        "error rate_limited requests_per_day 1/1 after 86400"),
                row(
                        "requests_per_minute",
                        0,
                        0,
                        "error rate_limited requests_per_minute 0/0 after 60"),
                row(
                        "concurrent_answers",
                        4,
                        4,
                        "error concurrency_limit concurrent_answers 4/4 after 1"),
                row(
                        "concurrent_answers",
                        0,
                        0,
                        "error concurrency_limit concurrent_answers 0/0 after 1"),
                // every hold is 1 token of input and 4096 of output
                row(
                        "tokens_per_minute",
                        9000,
                        2,
                        "error rate_limited tokens_per_minute 8194/9000 after 1"),
                row("tokens_per_hour", 0, 0, "error rate_limited tokens_per_hour 0/0 after 3600"),
                row(
                        "tokens_per_day",
                        9000,
                        2,
                        "error budget_exhausted tokens_per_day 8194/9000 after 1"),
                row(
                        "tokens_per_day",
                        0,
                        0,
                        "error budget_exhausted tokens_per_day 0/0 after 86400"),
                row("cost_per_day", "0", 0, "error budget_exhausted cost_per_day 0/0 after 50400"),
                row(
                        "cost_per_month",
                        "0",
                        0,
                        "error budget_exhausted cost_per_month 0/0 after 2642400"),
                row("message_chars", 0, 0, "error message_too_long message_chars 2/0"),
                row("answer_tokens", 0, 0, "error budget_exhausted answer_tokens 0/0"),
                row("answer_seconds", 0, 0, "error budget_exhausted answer_seconds 0/0"));
    }

    private static Arguments row(String limit, Object value, int admitted, String refusal) {
        return Arguments.of(limit, value, admitted, refusal);
    }

    @ParameterizedTest(name = "{0} = {1} admits {2}")
    @MethodSource("refusals")
    void admitsExactlyAsManyAsFit(String limit, Object value, int admitted, String refusal) {
        user.policy = policy(limits(limit, value));
        for (int i = 0; i < admitted; i++) {
            assertThat(lines(user.when(user.say("m" + i).in("home").event())).getFirst())
                    .startsWith("job");
        }

        List<String> next = lines(user.when(user.say("m9").event()));

        String code = refusal.split(" ")[1];
        assertThat(next)
                .containsExactly(
                        "home refused " + code,
                        "step auth_check ok",
                        "step block_check ok",
                        "step usage_check refused",
                        "step orchestrator_decided refused",
                        "step error refused",
                        "to session-1 " + refusal);
        assertThat(user.user.running()).hasSize(admitted);
    }

    @Test
    void hasNoLimitWhereNoneIsSet() {
        user.policy = policy(limits());
        for (int i = 0; i < 200; i++) {
            assertThat(lines(user.when(user.say("m" + i).event())).getFirst()).startsWith("job");
        }
    }

    /** Which of role, user and team is the strictest; the smallest wins. */
    static Stream<Arguments> strictest() {
        return Stream.of(
                // role, user, team, max that counts
                Arguments.of(2, 3, 4, 2),
                Arguments.of(3, 2, 4, 2),
                Arguments.of(4, 3, 2, 2),
                Arguments.of(null, null, 1, 1),
                Arguments.of(5, 0, 9, 0));
    }

    @ParameterizedTest(name = "role {0}, user {1}, team {2}: {3}")
    @MethodSource("strictest")
    void takesTheStrictest(Integer role, Integer own, Integer team, int max) {
        user.policy =
                policy(
                        perHour(role),
                        new PolicyRecord.User(
                                Given.USER, null, null, perHour(own), null, Map.of(), null),
                        new PolicyRecord.Team("blue", perHour(team)));
        for (int i = 0; i < max; i++) {
            user.when(user.say("m" + i).by(BLUE).event());
        }

        assertThat(lines(user.when(user.say("m9").by(BLUE).event())).getLast())
                .contains("rate_limited requests_per_hour " + max + "/" + max);
    }

    static Stream<Arguments> windows() {
        return Stream.of(
                // limits, what each message may use, messages that fill them
                Arguments.of(limits("requests_per_second", 2), 10, 2),
                Arguments.of(limits("requests_per_minute", 3), 10, 3),
                Arguments.of(limits("requests_per_hour", 3, "requests_per_minute", 2), 10, 2),
                Arguments.of(limits("requests_per_day", 4), 10, 4),
                Arguments.of(limits("tokens_per_minute", 35), 10, 3),
                Arguments.of(limits("tokens_per_hour", 25), 10, 2),
                Arguments.of(limits("tokens_per_day", 25), 10, 2),
                Arguments.of(limits("cost_per_day", "0.000025"), 10, 2),
                Arguments.of(limits("cost_per_month", "0.000025"), 10, 2));
    }

    /** Who waits as long as the refusal says, and not longer, is admitted. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("windows")
    void retryingWhenToldSucceeds(PolicyRecord.Limits limits, int tokens, int messages) {
        user.policy = policy(limits, priced("demo", "1", "1"));
        for (int i = 0; i < messages; i++) {
            user.when(user.say("m" + i).upTo(tokens - 1).event());
            user.when(answered("c-m" + i, "ok", 1, tokens - 1));
            user.after(Duration.ofMillis(137));
        }
        List<Emitted> refused = user.when(user.say("too many").upTo(tokens - 1).event());
        var failure =
                (dev.parley.schemas.frame.ServerFrame.Failure)
                        ((Emitted.Frame) refused.getLast()).frame();
        assertThat(failure.retryAfterS()).as("%s", failure).isPositive();
        assertThat(failure.limit().resetsAt())
                .isAfter(user.now)
                .isBeforeOrEqualTo(user.now.plusSeconds(failure.retryAfterS()));

        user.after(Duration.ofSeconds(failure.retryAfterS()));
        assertThat(user.when(user.say("again").upTo(tokens - 1).event()).getFirst())
                .isInstanceOf(Emitted.Dispatch.class);
    }

    /** Of the user's limits and the model's whichever is stricter, each counted apart. */
    @Test
    void aModelCanHaveLimitsOfItsOwn() {
        PolicyRecord.Model dear =
                new PolicyRecord.Model(
                        "dear-*",
                        List.of(),
                        null,
                        limits("requests_per_hour", 1, "answer_tokens", 50));
        user.policy = policy(limits("requests_per_hour", 3), dear, priced("demo", "0", "0"));

        List<Emitted> first = user.when(user.say("a").to("dear-one").event());
        assertThat(((Emitted.Dispatch) first.getFirst()).job().maxTokens()).isEqualTo(50);
        List<Emitted> second = user.when(user.say("b").to("dear-two").event());
        var failure =
                (dev.parley.schemas.frame.ServerFrame.Failure)
                        ((Emitted.Frame) second.getLast()).frame();
        assertThat(failure.limit().name()).isEqualTo("requests_per_hour");
        assertThat(failure.limit().scope()).isEqualTo("model/dear-*");
        assertThat(lines(user.when(user.say("c").event())).getFirst()).startsWith("job");
        assertThat(lines(user.when(user.say("d").event())).getFirst()).startsWith("job");
        assertThat(lines(user.when(user.say("e").event())).getLast())
                .contains("rate_limited requests_per_hour 3/3");
    }

    @Test
    void budgetsBeginAnewInTheirOwnTimeZone() {
        user.settings =
                new DeciderSettings(
                        user.settings.answer(),
                        user.settings.context(),
                        user.settings.retention(),
                        user.settings.queue(),
                        java.time.ZoneId.of("America/New_York"),
                        "demo");
        user.policy = policy(limits("cost_per_day", "0.00008"), priced("demo", "0", "10"));
        user.when(user.say("a").upTo(8).event());
        user.when(answered("c-a", "ok", 0, 8));

        user.now = Instant.parse("2026-03-02T04:59:59Z");
        assertThat(lines(user.when(user.say("b").upTo(8).event())).getLast())
                .contains("budget_exhausted cost_per_day 0.00008/0.00008 after 1");
        user.now = Instant.parse("2026-03-02T05:00:00Z");
        assertThat(lines(user.when(user.say("c").upTo(8).event())).getFirst()).startsWith("job");
    }

    private static PolicyRecord.Limits perHour(Integer value) {
        return value == null ? limits() : limits("requests_per_hour", value);
    }

    @Test
    void roleAndTeamOfThePolicyGoBeforeTheTokens() {
        user.policy =
                Policy.of(
                        List.of(
                                role("user", limits("requests_per_hour", 0), null),
                                role("power", limits(), null),
                                new PolicyRecord.User(
                                        Given.USER, "power", "red", null, null, Map.of(), null)));

        List<Emitted> emitted = user.when(user.say("hi").by(BLUE).event());

        assertThat(((Emitted.Dispatch) emitted.getFirst()).job().role()).isEqualTo("power");
        assertThat(((Emitted.Turn) emitted.get(1)).author().team()).isEqualTo("red");
    }

    @Test
    void refusesInTheProtocolsOrder() {
        Caller stranger = new Caller(Given.USER, null, null, "nobody", null);
        String longText = "x".repeat(20);
        PolicyRecord.Limits none =
                limits(
                        "message_chars", 10,
                        "requests_per_minute", 0,
                        "concurrent_answers", 0,
                        "tokens_per_day", 0);
        PolicyRecord.Role strict = role("user", none, List.of("good"));

        user.policy =
                Policy.of(
                        List.of(
                                strict,
                                new PolicyRecord.Block(Given.USER, "why", "Ask Bob.", null)));
        assertCode(user.say(longText).by(stranger).in("foreign").to("bad"), "blocked");
        user.policy = Policy.of(List.of(strict));
        assertCode(user.say(longText).by(stranger).in("foreign").to("bad"), "forbidden");
        assertCode(user.say(longText).in("foreign").to("bad"), "not_found");
        assertCode(user.say(longText).to("bad"), "message_too_long");
        assertCode(user.say("short").to("bad"), "model_not_allowed");
        assertCode(user.say("short").to("good"), "rate_limited");
        none = limits("concurrent_answers", 0, "tokens_per_day", 0);
        user.policy = Policy.of(List.of(role("user", none, List.of("good"))));
        assertCode(user.say("short").to("good"), "concurrency_limit");
        user.policy = policy(limits("tokens_per_day", 0));
        assertCode(user.say("short"), "budget_exhausted");
    }

    private int asked;

    private void assertCode(Given.Said said, String code) {
        String last = lines(user.when(said.under("order-" + asked++).event())).getLast();
        assertThat(last).startsWith("to session-1 error " + code);
    }

    @Test
    void aWindowHasNoEdgeToBurstAt() {
        user.policy = policy(limits("requests_per_minute", 2));
        user.after(Duration.ofSeconds(59));
        user.when(user.say("a").event());
        user.when(user.say("b").event());
        user.after(Duration.ofSeconds(2));

        assertThat(lines(user.when(user.say("c").event())).getLast())
                .contains("rate_limited requests_per_minute 2/2 after 58");
        user.after(Duration.ofSeconds(58));
        assertThat(lines(user.when(user.say("d").event())).getFirst()).startsWith("job");
    }

    @Test
    void settlesAtWhatWasUsed() {
        user.policy = policy(limits("tokens_per_day", 10_000));
        user.when(user.say("a").event());
        user.when(answered("c-a", "ok", 100, 50));

        assertThat(user.user.tokens().sum(user.now, Duration.ofDays(1))).isEqualTo(150);
        assertThat(user.user.heldTokens()).isZero();
    }

    @Test
    void shortensAnAnswerToTheRestWhenItIsAlone() {
        user.policy = policy(limits("tokens_per_day", 1000));

        List<Emitted> first = user.when(user.say("hello").event());
        assertThat(((Emitted.Dispatch) first.getFirst()).job().maxTokens()).isEqualTo(998);
        assertThat(lines(user.when(user.say("again").event())).getLast())
                .contains("budget_exhausted");
        user.when(answered("c-hello", "ok", 2, 490));
        assertThat(lines(user.when(user.say("more").upTo(998).event())).getLast())
                .contains("budget_exhausted tokens_per_day 492/1000");
    }

    @Test
    void admitsExactlyAsManyAsThereIsRoomForWithALengthAskedFor() {
        user.policy = policy(limits("tokens_per_day", 5 * 102 + 60));
        int admitted = 0;
        for (int i = 0; i < 10; i++) {
            List<Emitted> emitted = user.when(user.say("m" + i).upTo(101).event());
            admitted += emitted.getFirst() instanceof Emitted.Dispatch ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(5);
    }

    @Test
    void chargesMoneyExactlyByThePriceOfTheModel() {
        user.policy =
                policy(
                        limits("cost_per_day", "1"),
                        priced("*", "99", "99"),
                        priced("dem*", "2.5", "10"));
        user.when(user.say("hello").event());
        assertThat(user.user.heldCost()).isEqualByComparingTo("0.040965");

        assertThat(lines(user.when(answered("c-hello", "Hi!", 3, 7))).getFirst())
                .isEqualTo("home charged 10 of 4098 cost 0.0000775");
        assertThat(user.user.spend().ofDay(user.now, user.settings.budgetZone()))
                .isEqualByComparingTo(new BigDecimal("0.0000775"));
    }

    @Test
    void moneyOfADayIsForgottenAtMidnightOfTheBudgetZone() {
        user.policy = policy(limits("cost_per_day", "0.00008"), priced("demo", "0", "10"));
        user.when(user.say("a").upTo(8).event());
        user.when(answered("c-a", "ok", 0, 8));
        assertThat(lines(user.when(user.say("b").upTo(8).event())).getLast())
                .contains("budget_exhausted cost_per_day");

        user.now = Instant.parse("2026-03-02T00:00:00Z");
        assertThat(lines(user.when(user.say("c").upTo(8).event())).getFirst()).startsWith("job");
    }

    @Test
    void choosesAnAllowedModelWhereNoneIsNamed() {
        user.policy = Policy.of(List.of(role("user", limits(), List.of("gpt-*", "claude"))));

        assertThat(lines(user.when(user.say("a").event())).getFirst()).contains("model=claude");
        assertThat(lines(user.when(user.say("b").to("gpt-5").event())).getFirst())
                .contains("model=gpt-5");
    }

    @Test
    void aRefusedMessageCountsForNothingAndIsNotDecidedAgain() {
        user.policy = policy(limits("requests_per_minute", 1));
        user.when(user.say("a").event());
        user.when(user.say("b").event());
        user.after(Duration.ofMinutes(1));

        assertThat(user.when(user.say("b").event())).isEmpty();
        assertThat(lines(user.when(user.say("b").from(Given.OTHER_LANE).event())))
                .containsExactly(
                        "to session-2 error rate_limited requests_per_minute 1/1 after 60");
        assertThat(lines(user.when(user.say("c").event())).getFirst()).startsWith("job");
    }

    @Test
    void reportsTheStrictestLimitFirst() {
        user.policy =
                policy(
                        limits(
                                "requests_per_minute",
                                10,
                                "concurrent_answers",
                                2,
                                "tokens_per_day",
                                1_000_000));
        user.when(user.say("a").event());

        var usage =
                Meters.usage(
                        user.policy.rights(Given.caller()),
                        user.policy,
                        user,
                        user.now,
                        user.settings.budgetZone());
        assertThat(usage.runningAnswers()).isEqualTo(1);
        assertThat(usage.limits())
                .extracting(l -> l.name() + " " + l.used() + "/" + l.max())
                .containsExactly(
                        "concurrent_answers 1/2",
                        "requests_per_minute 1/10",
                        "tokens_per_day 4097/1000000");
    }

    @Test
    void whatCannotBeReadDenies() {
        Policy readable = policy(limits());
        user.policy = new Policy(readable.subjects(), java.util.Set.of("user/" + Given.USER));
        assertCode(user.say("a"), "forbidden");
        user.policy = new Policy(readable.subjects(), java.util.Set.of("block/" + Given.USER));
        assertCode(user.say("b"), "blocked");
    }
}

package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.id;
import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.lines;
import static dev.parley.orchestrator.core.Given.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that wait for an answer to end instead of being refused. */
class WaitingTest {

    private final Given user = new Given();

    @BeforeEach
    void oneAtATime() {
        user.policy = queue(limits("concurrent_answers", 1));
    }

    private static Policy queue(PolicyRecord.Limits limits, PolicyRecord... more) {
        List<PolicyRecord> all = new java.util.ArrayList<>(List.of(more));
        all.add(new PolicyRecord.Role("user", limits, true, null, Map.of(), null));
        return Policy.of(all);
    }

    private static String inLine(int place) {
        return "As many answers run as you may have at once. This message is number "
                + place
                + " in line and goes on when one of them ends.";
    }

    @Test
    void isToldItsPlaceAndGoesOnInOrder() {
        user.when(user.say("a").event());

        assertThat(lines(user.when(user.say("b").event())))
                .containsExactly("step queued ok", "to session-1 aside warning " + inLine(1));
        assertThat(lines(user.when(user.say("c").event()))).last().asString().endsWith(inLine(2));
        assertThat(user.user.running()).hasSize(1);

        List<String> next = lines(user.when(answered("c-a", "ok", 1, 1)));
        assertThat(next)
                .containsSubsequence(
                        "home charged 2 of 4097",
                        "to session-1 done stop ok",
                        "job to=session-1 model=null max=4096 context=2",
                        "home asked b",
                        "to session-1 aside warning " + inLine(1));
        assertThat(user.user.waiting()).hasSize(1);
        assertThat(lines(user.when(answered("c-b", "ok", 1, 1)))).contains("home asked c");
        assertThat(user.user.waiting()).isEmpty();
    }

    @Test
    void isRefusedBehindAsManyAsMayWait() {
        for (String text : List.of("a", "b", "c", "d")) {
            user.when(user.say(text).event());
        }
        assertThat(user.user.waiting()).hasSize(3);

        assertThat(lines(user.when(user.say("e").event())).getLast())
                .isEqualTo("to session-1 error concurrency_limit concurrent_answers 1/1 after 1");
        assertThat(user.user.totals().refused()).isEqualTo(1);
    }

    @Test
    void isRefusedWhenItHasWaitedTooLong() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());

        user.after(Duration.ofSeconds(59));
        assertThat(user.when(new Trigger.DeadlinePassed(Given.USER, id("c-b")))).isEmpty();
        user.after(Duration.ofSeconds(1));
        assertThat(lines(user.when(new Trigger.DeadlinePassed(Given.USER, id("c-b")))))
                .contains("home refused concurrency_limit")
                .last()
                .asString()
                .startsWith("to session-1 error concurrency_limit");
        assertThat(user.user.waiting()).isEmpty();
    }

    @Test
    void canBeStopped() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());

        assertThat(lines(user.when(stop(id("c-b")))))
                .containsExactly(
                        "home asked b",
                        "home charged 0 of 0",
                        "home answered ",
                        "step done ok",
                        "to session-1 done stopped ");
        assertThat(user.user.waiting()).isEmpty();
        assertThat(lines(user.when(answered("c-a", "ok", 1, 1))))
                .noneMatch(l -> l.startsWith("job"));
        assertThat(user.user.totals()).isEqualTo(new Totals(2, 2, 2, java.math.BigDecimal.ZERO, 0));
    }

    @Test
    void everythingElseIsRefusedAtOnce() {
        user.policy = queue(limits("concurrent_answers", 1, "requests_per_minute", 1));
        user.when(user.say("a").event());

        assertThat(lines(user.when(user.say("b").event())).getLast())
                .contains("rate_limited requests_per_minute 1/1");
        user.policy = queue(limits("concurrent_answers", 0));
        assertThat(lines(user.when(user.say("c").event())).getLast())
                .contains("concurrency_limit concurrent_answers 1/0");
    }

    @Test
    void aRepeatOfAMessageThatWaitsIsTheSameMessage() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());

        assertThat(user.when(user.say("b").event())).isEmpty();
        assertThat(user.when(user.say("b").from(Given.OTHER_LANE).event())).isEmpty();
        user.when(answered("c-a", "ok", 1, 1));
        assertThat(lines(user.when(answered("c-b", "yes", 1, 1))))
                .contains(
                        "to session-1 done stop yes",
                        "to session-2 token 0 yes",
                        "to session-2 done stop yes");
    }

    @Test
    void isRefusedWhenItsUserIsBlockedMeanwhile() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());
        user.policy =
                queue(
                        limits("concurrent_answers", 1),
                        new PolicyRecord.Block(Given.USER, "why", "Ask Bob.", null));

        assertThat(lines(user.when(new Trigger.PolicyChanged(Given.USER))))
                .contains("stop revoked", "home refused blocked");
        assertThat(user.user.waiting()).isEmpty();
    }

    @Test
    void goesOnWhenThePolicyMakesRoom() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());
        user.policy = queue(limits("concurrent_answers", 2));

        assertThat(lines(user.when(new Trigger.PolicyChanged(Given.USER))))
                .contains("home asked b");
    }

    @Test
    void survivesBeingStored() {
        user.when(user.say("a").event());
        user.when(user.say("b").event());

        assertThat(Json.read(Json.write(user.user), UserState.class)).isEqualTo(user.user);
    }
}

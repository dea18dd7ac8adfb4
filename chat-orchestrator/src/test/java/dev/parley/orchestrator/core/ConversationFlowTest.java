package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.LANE;
import static dev.parley.orchestrator.core.Given.OTHER_LANE;
import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.failed;
import static dev.parley.orchestrator.core.Given.id;
import static dev.parley.orchestrator.core.Given.lines;
import static dev.parley.orchestrator.core.Given.started;
import static dev.parley.orchestrator.core.Given.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.RequestEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A message's way, each time the whole list of what is emitted. */
class ConversationFlowTest {

    private static final List<String> ADMITTED =
            List.of(
                    "job to=session-1 model=null max=4096 context=0",
                    "home asked hello",
                    "step auth_check ok",
                    "step block_check ok",
                    "step usage_check ok",
                    "step mcp_permission_check ok",
                    "step tool_filter ok",
                    "step orchestrator_decided ok");

    private final Given user = new Given();

    @Test
    void admitsThenChargesThenRecordsThenTells() {
        assertThat(lines(user.when(user.say("hello").event()))).isEqualTo(ADMITTED);
        assertThat(user.user.heldTokens()).isEqualTo(2 + 4096);

        assertThat(lines(user.when(answered("c-hello", "Hi!", 10, 5))))
                .containsExactly(
                        "home charged 15 of 4098",
                        "home answered Hi!",
                        "step done ok",
                        "to session-1 done stop Hi!");
        assertThat(user.user.running()).isEmpty();
        assertThat(user.user.heldTokens()).isZero();
    }

    @Test
    void recordsAFailureWithWhatWasPublished() {
        user.when(user.say("hello").event());

        assertThat(lines(user.when(failed("c-hello", ErrorCode.UPSTREAM_INCOMPLETE, "Hal", 9, 1))))
                .containsExactly(
                        "home charged 10 of 4098",
                        "home failed upstream_incomplete 'Hal'",
                        "step error error",
                        "to session-1 error upstream_incomplete");
    }

    @Test
    void ignoresTheSameMessageOfTheSameSession() {
        user.when(user.say("hello").event());
        assertThat(user.when(user.say("hello").event())).isEmpty();

        user.when(answered("c-hello", "Hi!", 10, 5));
        assertThat(user.when(user.say("hello").event())).isEmpty();
    }

    @Test
    void tellsASessionThatJoinsTheWholeAnswerAtTheEnd() {
        user.when(user.say("hello").event());
        assertThat(user.when(user.say("hello").from(OTHER_LANE).event())).isEmpty();
        assertThat(user.when(user.say("hello").from(OTHER_LANE).event())).isEmpty();

        assertThat(lines(user.when(answered("c-hello", "Hi!", 10, 5))))
                .endsWith(
                        "to session-1 done stop Hi!",
                        "to session-2 token 0 Hi!",
                        "to session-2 done stop Hi!");
    }

    @Test
    void tellsASessionThatComesAfterTheEndAtOnce() {
        user.when(user.say("hello").event());
        user.when(answered("c-hello", "Hi!", 10, 5));

        assertThat(lines(user.when(user.say("hello").from(OTHER_LANE).event())))
                .containsExactly("to session-2 token 0 Hi!", "to session-2 done stop Hi!");
        assertThat(user.when(user.say("hello").from(OTHER_LANE).event())).isEmpty();
    }

    @Test
    void tellsAnotherTextUnderTheSameIdAsideSoThatNobodyTakesItForTheEnd() {
        user.when(user.say("hello").event());

        assertThat(lines(user.when(user.say("other").under("c-hello").event())))
                .containsExactly("to session-1 aside error conflict");
        assertThat(user.user.running()).hasSize(1);
    }

    @Test
    void ignoresWhatComesAfterTheEnd() {
        user.when(user.say("hello").event());
        user.when(answered("c-hello", "Hi!", 10, 5));

        assertThat(user.when(answered("c-hello", "again", 10, 5))).isEmpty();
        assertThat(user.when(failed("c-hello", ErrorCode.WORKER_LOST, "", 1, 1))).isEmpty();
        assertThat(user.when(stop(id("c-hello")))).isEmpty();
    }

    @Test
    void ignoresAnOlderAttempt() {
        user.when(user.say("hello").event());
        user.when(started("c-hello", 2));

        assertThat(user.when(answered("c-hello", "zombie", "stop", 10, 5, 1))).isEmpty();
        assertThat(lines(user.when(answered("c-hello", "Hi!", "stop", 10, 5, 2))))
                .contains("to session-1 done stop Hi!");
    }

    @Test
    void stopsThroughTheWorkerAndChargesWhatWasStreamed() {
        user.when(user.say("hello").event());

        assertThat(lines(user.when(stop(id("c-hello"))))).containsExactly("stop client");
        assertThat(user.user.running()).hasSize(1);
        assertThat(lines(user.when(answered("c-hello", "H", "stopped", 10, 1, 1))))
                .containsExactly(
                        "home charged 11 of 4098",
                        "home answered H",
                        "step done ok",
                        "to session-1 done stopped H");
    }

    @Test
    void knowsNobodyElsesMessageToStop() {
        assertThat(lines(user.when(stop("of-somebody"))))
                .containsExactly("to session-1 aside error not_found");
    }

    @Test
    void knowsNoApproval() {
        assertThat(
                        lines(
                                user.when(
                                        new RequestEvent.ApprovalGiven(
                                                "call", true, Given.caller(), LANE, Given.START))))
                .containsExactly("to session-1 aside error not_found");
    }

    @Test
    void endsAtTheDeadlineWithWhatTheWorkerReportsInTheGrace() {
        user.when(user.say("hello").event());
        Trigger passed = new Trigger.DeadlinePassed(Given.USER, id("c-hello"));

        assertThat(user.when(passed)).isEmpty();
        user.after(Given.DEADLINE);
        assertThat(lines(user.when(passed))).containsExactly("stop deadline");
        assertThat(user.when(passed)).isEmpty();
        assertThat(lines(user.when(answered("c-hello", "Ha", "stopped", 10, 2, 1))))
                .containsExactly(
                        "home charged 12 of 4098",
                        "home failed deadline_exceeded 'Ha'",
                        "step error error",
                        "to session-1 error deadline_exceeded");
    }

    @Test
    void endsWithoutTheWorkerAfterTheGrace() {
        user.when(user.say("hello").event());
        Trigger passed = new Trigger.DeadlinePassed(Given.USER, id("c-hello"));
        user.after(Given.DEADLINE).when(passed);

        assertThat(lines(user.after(Given.GRACE).when(passed)))
                .containsExactly(
                        "home charged 0 of 4098",
                        "home failed deadline_exceeded ''",
                        "step error error",
                        "to session-1 error deadline_exceeded");
        assertThat(user.when(answered("c-hello", "late", 10, 2))).isEmpty();
    }

    @Test
    void takesACompleteAnswerThatCameInTheGrace() {
        user.when(user.say("hello").event());
        user.after(Given.DEADLINE).when(new Trigger.DeadlinePassed(Given.USER, id("c-hello")));

        assertThat(lines(user.when(answered("c-hello", "Hi!", 10, 2))))
                .contains("to session-1 done stop Hi!");
    }

    @Test
    void givesTheModelTheBranchWithoutWhatFailedOrWasRefused() {
        user.when(user.say("one").event());
        user.when(answered("c-one", "1", 1, 1));
        user.when(user.say("two").event());
        user.when(failed("c-two", ErrorCode.UPSTREAM_ERROR, "", 1, 0));
        user.when(user.say("three").event());
        user.when(answered("c-three", "3", "stopped", 1, 1, 1));
        user.when(user.say("x").to("nothing").in("elsewhere").event());

        assertThat(context(user.when(user.say("four").event())))
                .containsExactly(
                        new ChatMessage("user", "one"),
                        new ChatMessage("assistant", "1"),
                        new ChatMessage("user", "three"),
                        new ChatMessage("assistant", "3"),
                        new ChatMessage("user", "four"));
    }

    @Test
    void goesOnFromASiblingAfterAnEdit() {
        user.when(user.say("one").event());
        user.when(answered("c-one", "1", 1, 1));
        user.when(user.say("two").event());
        user.when(answered("c-two", "2", 1, 1));

        List<Emitted> edited =
                user.when(
                        new RequestEvent.EditRequested(
                                id("e"),
                                id("c-two"),
                                "zwei",
                                "home",
                                Given.caller(),
                                LANE,
                                Given.START));
        assertThat(context(edited))
                .containsExactly(
                        new ChatMessage("user", "one"),
                        new ChatMessage("assistant", "1"),
                        new ChatMessage("user", "zwei"));
        assertThat(asked(edited).parentId()).isEqualTo(id("c-one"));
        user.when(answered("e", "deux", 1, 1));

        assertThat(context(user.when(user.say("three").event())))
                .extracting(ChatMessage::content)
                .containsExactly("one", "1", "zwei", "deux", "three");
    }

    @Test
    void answersAMessageAgainBesideItsFirstAnswer() {
        user.when(user.say("one").event());
        user.when(answered("c-one", "1", 1, 1));

        List<Emitted> again = user.when(again("r", "c-one"));
        assertThat(context(again)).containsExactly(new ChatMessage("user", "one"));
        assertThat(asked(again).regenerates()).isEqualTo(id("c-one"));
        assertThat(asked(again).parentId()).isNull();
        assertThat(asked(again).text()).isNull();
        user.when(answered("r", "uno", 1, 1));

        assertThat(asked(user.when(again("r2", "r"))).regenerates()).isEqualTo(id("c-one"));
        user.when(answered("r2", "eins", 1, 1));
        assertThat(context(user.when(user.say("two").event())))
                .extracting(ChatMessage::content)
                .containsExactly("one", "eins", "two");
    }

    @Test
    void refusesToAnswerAgainWhatIsNotThere() {
        assertThat(lines(user.when(again("r", "unknown"))))
                .containsExactly(
                        "home refused not_found",
                        "step auth_check refused",
                        "step orchestrator_decided refused",
                        "step error refused",
                        "to session-1 error not_found");
    }

    @Test
    void cutsTheContextAtWholeTurns() {
        user.settings =
                new DeciderSettings(
                        user.settings.answer(),
                        new DeciderSettings.Context(50, 8, "Be brief."),
                        user.settings.retention(),
                        user.settings.queue(),
                        user.settings.budgetZone(),
                        "demo");
        user.when(user.say("first").event());
        user.when(answered("c-first", "1", 1, 1));
        user.when(user.say("second").event());
        user.when(answered("c-second", "2", 1, 1));

        assertThat(context(user.when(user.say("third").event())))
                .extracting(ChatMessage::content)
                .containsExactly("Be brief.", "second", "2", "third");
    }

    @Test
    void forgetsTheOldestMessagesPastTheMaximum() {
        user.settings =
                new DeciderSettings(
                        user.settings.answer(),
                        user.settings.context(),
                        new DeciderSettings.Retention(2, 2, 3),
                        user.settings.queue(),
                        user.settings.budgetZone(),
                        "demo");
        for (String text : List.of("one", "two", "three")) {
            user.when(user.say(text).event());
            user.when(answered("c-" + text, "ok", 1, 1));
        }

        assertThat(user.messages).containsOnlyKeys(id("c-two"), id("c-three"));
    }

    @Test
    void stopsWhatRunsWhenTheUserIsBlocked() {
        user.when(user.say("hello").event());
        assertThat(user.when(new Trigger.PolicyChanged(Given.USER))).isEmpty();

        user.policy =
                Given.policy(
                        Given.limits(),
                        new dev.parley.schemas.record.PolicyRecord.Block(
                                Given.USER, null, null, null));
        assertThat(lines(user.when(new Trigger.PolicyChanged(Given.USER))))
                .containsExactly("stop revoked");
    }

    @Test
    void decidingAgainDecidesTheSame() {
        Given twin = new Given();
        user.when(user.say("hello").event());
        twin.when(twin.say("hello").event());
        user.after(Duration.ofSeconds(3)).when(answered("c-hello", "Hi!", 10, 5));
        twin.after(Duration.ofSeconds(3)).when(answered("c-hello", "Hi!", 10, 5));

        assertThat(user.everything).isEqualTo(twin.everything);
        assertThat(user.user).isEqualTo(twin.user);
    }

    @Test
    void answersAgainWithTheModelThatWasAskedFor() {
        user.when(user.say("one").to("demo:slow").event());
        user.when(answered("c-one", "1", 1, 1));

        assertThat(((Emitted.Dispatch) user.when(again("r", "c-one")).getFirst()).job().model())
                .isEqualTo("demo:slow");
    }

    private static RequestEvent.RegenerateRequested again(String id, String target) {
        return new RequestEvent.RegenerateRequested(
                id(id), id(target), "home", Given.caller(), LANE, Given.START);
    }

    private static List<ChatMessage> context(List<Emitted> emitted) {
        return ((Emitted.Dispatch) emitted.getFirst()).job().messages();
    }

    private static TurnDraft.Asked asked(List<Emitted> emitted) {
        return (TurnDraft.Asked) ((Emitted.Turn) emitted.get(1)).draft();
    }
}

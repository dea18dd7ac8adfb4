package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.LANE;
import static dev.parley.orchestrator.core.Given.OTHER_LANE;
import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.caller;
import static dev.parley.orchestrator.core.Given.id;
import static dev.parley.orchestrator.core.Given.lines;
import static dev.parley.orchestrator.core.Given.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.PolicyRecord.AcceptedTools;
import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.ToolUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls of tools that wait for a person: the whole list of what each word brings about. */
class ApprovalsTest {

    private static final Duration WAIT = Duration.ofMinutes(10);
    private static final ToolRule ASKS = new ToolRule("all", List.of(), List.of("get-env"));

    private final Given user = new Given();

    ApprovalsTest() {
        user.policy = policy(Map.of("everything", ASKS), Given.limits());
    }

    private static Policy policy(
            Map<String, ToolRule> tools, PolicyRecord.Limits limits, PolicyRecord... more) {
        List<PolicyRecord> records = new ArrayList<>(List.of(more));
        records.add(new PolicyRecord.Role("user", limits, false, null, tools, null));
        records.add(new McpServer("everything", "stdio", List.of("x"), null, null, false));
        records.add(
                new AcceptedTools(
                        "everything", Map.of("echo", "h1", "get-env", "h2", "add", "h3")));
        return Policy.of(records);
    }

    private static ResultEvent.AnswerParked parked(int attempt, String... callIds) {
        List<ToolUse> pending = new ArrayList<>();
        for (String callId : callIds) {
            pending.add(
                    new ToolUse(callId, "everything", "get-env", Json.mapper().createObjectNode()));
        }
        return new ResultEvent.AnswerParked(
                id("c-hello"),
                Given.USER,
                attempt,
                new ParkedAnswer(
                        List.of(),
                        "Let me see.",
                        3,
                        new TokenUsage(40, 7, 0, false),
                        1,
                        0,
                        List.of(),
                        pending,
                        Given.START,
                        Given.START),
                Given.START,
                "worker-1");
    }

    private static RequestEvent.ApprovalGiven word(String callId, boolean yes, ReplyTo from) {
        return new RequestEvent.ApprovalGiven(callId, yes, caller(), from, Given.START);
    }

    private Job lastJob() {
        return user.everything.stream()
                .filter(Emitted.Dispatch.class::isInstance)
                .map(e -> ((Emitted.Dispatch) e).job())
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private void ask() {
        user.when(user.say("hello").event());
    }

    @Test
    void theJobCarriesTheRightsOfEveryRule() {
        ToolRule own = new ToolRule("deny", List.of("add"), List.of());
        user.policy =
                policy(
                        Map.of("everything", ASKS, "closed", new ToolRule("none", null, null)),
                        Given.limits("tool_rounds", 7),
                        new PolicyRecord.User(
                                Given.USER,
                                null,
                                null,
                                null,
                                null,
                                Map.of("everything", own, "other", ASKS),
                                null));
        List<Emitted> emitted = user.when(user.say("hello").event());

        assertThat(lastJob().tools()).isEqualTo(Map.of("everything", List.of(ASKS, own)));
        assertThat(lastJob().toolRounds()).isEqualTo(7);
        assertThat(lastJob().inputHeld()).isEqualTo(2 + 5 * (2 + 8_000));
        assertThat(emitted)
                .filteredOn(e -> e instanceof Emitted.Step s && s.name().equals("tool_filter"))
                .singleElement()
                .satisfies(e ->
                        assertThat(((Emitted.Step) e).detail())
                                .isEqualTo(Map.of("tools", "2", "ask", "1", "of", "3")));
    }

    @Test
    void withoutRightsAJobHasNoTools() {
        user.policy = policy(Map.of(), Given.limits());
        ask();

        assertThat(lastJob().tools()).isEmpty();
        assertThat(lastJob().inputHeld()).isEqualTo(2);
        assertThat(user.parkings).isEmpty();
    }

    @Test
    void anUnreadableServerIsClosed() {
        Policy whole = user.policy;
        user.policy = new Policy(whole.subjects(), java.util.Set.of("mcp-server/everything"));
        ask();

        assertThat(lastJob().tools()).isEmpty();
    }

    @Test
    void parksAsksAndGoesOnWithTheWord() {
        ask();
        long held = user.user.heldTokens();

        assertThat(lines(user.when(parked(1, "call-1"))))
                .containsExactly("to session-1 aside approval call-1");
        Running waiting = user.user.running(id("c-hello"));
        assertThat(waiting.deadline()).isEqualTo(user.now.plus(WAIT));
        assertThat(waiting.parked().waiting())
                .extracting(ToolUse::callId)
                .containsExactly("call-1");
        assertThat(user.user.heldTokens()).isEqualTo(held);

        user.after(Duration.ofMinutes(8));
        assertThat(lines(user.when(word("call-1", true, LANE))))
                .containsExactly(
                        "home approved call-1 by ada",
                        "job to=session-1 model=null max=4096 context=0");
        Job next = lastJob();
        assertThat(next.decisions()).containsExactly(new ApprovalDecision("call-1", "approved"));
        assertThat(next.attemptBase()).isEqualTo(1);
        assertThat(next.parked()).isEqualTo(parked(1, "call-1").parked());
        assertThat(next.jobId()).isNotEqualTo(waiting.messageId());
        // The eight minutes are not the answer's.
        assertThat(next.deadline()).isEqualTo(user.now.plus(Given.DEADLINE));

        assertThat(lines(user.when(answered("c-hello", "Done.", "stop", 90, 20, 2))))
                .containsExactly(
                        "home charged 110 of " + held,
                        "home answered Done.",
                        "step done ok",
                        "to session-1 done stop Done.");
        assertThat(user.parkings).isEmpty();
        assertThat(user.user.heldTokens()).isZero();
    }

    @Test
    void everyCallOfAnAnswerHasItsOwnWord() {
        ask();
        user.when(parked(1, "call-1", "call-2"));

        assertThat(lines(user.when(word("call-2", false, LANE))))
                .containsExactly("home denied call-2 by ada");
        assertThat(user.user.running(id("c-hello")).parked().waiting())
                .extracting(ToolUse::callId)
                .containsExactly("call-1");
        assertThat(lines(user.when(word("call-2", false, LANE)))).isEmpty();
        assertThat(lines(user.when(word("call-2", true, LANE))))
                .containsExactly("to session-1 aside error conflict");
        assertThat(lines(user.when(word("call-1", true, LANE))))
                .containsExactly(
                        "home approved call-1 by ada",
                        "job to=session-1 model=null max=4096 context=0");
        assertThat(lastJob().decisions())
                .containsExactly(
                        new ApprovalDecision("call-2", "denied"),
                        new ApprovalDecision("call-1", "approved"));
    }

    @Test
    void aCallThatNobodyKnowsIsNotFound() {
        assertThat(lines(user.when(word("call-1", true, LANE))))
                .containsExactly("to session-1 aside error not_found");
        ask();
        user.when(parked(1, "call-1"));
        assertThat(lines(user.when(word("call-9", true, LANE))))
                .containsExactly("to session-1 aside error not_found");
    }

    @Test
    void theWaitEndsAndTheModelHearsOfIt() {
        ask();
        user.when(parked(1, "call-1", "call-2"));
        user.when(word("call-1", true, LANE));

        user.after(WAIT.minusMillis(1));
        assertThat(user.when(new Trigger.DeadlinePassed(Given.USER, id("c-hello")))).isEmpty();
        user.after(Duration.ofMillis(1));
        assertThat(lines(user.when(new Trigger.DeadlinePassed(Given.USER, id("c-hello")))))
                .containsExactly(
                        "home expired call-2 by null",
                        "job to=session-1 model=null max=4096 context=0");
        assertThat(lastJob().decisions())
                .containsExactly(
                        new ApprovalDecision("call-1", "approved"),
                        new ApprovalDecision("call-2", "expired"));
        assertThat(lines(user.when(word("call-2", true, LANE))))
                .containsExactly("to session-1 aside error not_found");
    }

    @Test
    void aStopEndsAParkedAnswerWithWhatWasShown() {
        ask();
        long held = user.user.heldTokens();
        user.when(parked(1, "call-1"));

        assertThat(lines(user.when(stop(id("c-hello")))))
                .containsExactly(
                        "home charged 47 of " + held,
                        "home answered Let me see.",
                        "step done ok",
                        "to session-1 done stopped Let me see.");
        assertThat(user.parkings).isEmpty();
        assertThat(lines(user.when(word("call-1", true, LANE))))
                .containsExactly("to session-1 aside error not_found");
    }

    @Test
    void aStopThatCrossesTheParkingIsNotLost() {
        ask();
        assertThat(lines(user.when(stop(id("c-hello"))))).containsExactly("stop client");

        assertThat(lines(user.when(parked(1, "call-1"))))
                .contains("to session-1 done stopped Let me see.");
    }

    @Test
    void aBlockEndsAParkedAnswer() {
        ask();
        user.when(parked(1, "call-1"));
        user.policy =
                policy(
                        Map.of("everything", ASKS),
                        Given.limits(),
                        new PolicyRecord.Block(Given.USER, null, null, null));

        assertThat(lines(user.when(new Trigger.PolicyChanged(Given.USER))))
                .contains("to session-1 done stopped Let me see.");
    }

    @Test
    void rightsAndBudgetAreThoseOfTheYes() {
        ask();
        user.when(parked(1, "call-1"));
        user.policy = policy(Map.of(), Given.limits());
        user.when(word("call-1", true, LANE));
        assertThat(lastJob().tools()).isEmpty();
    }

    @Test
    void aBudgetThatIsGoneAtTheYesEndsTheAnswer() {
        ask();
        user.when(parked(1, "call-1"));
        user.policy = policy(Map.of("everything", ASKS), Given.limits("tokens_per_day", 100));

        assertThat(lines(user.when(word("call-1", true, LANE))))
                .contains("home approved call-1 by ada")
                .anyMatch(line -> line.startsWith("to session-1 error budget_exhausted"));
        assertThat(user.user.running()).isEmpty();
        assertThat(user.parkings).isEmpty();
    }

    @Test
    void whoeverDecidesHearsTheRest() {
        ask();
        user.when(parked(1, "call-1"));
        ReplyTo again = new ReplyTo(LANE.sessionId(), 99, 5);
        user.when(word("call-1", true, again));
        assertThat(lastJob().replyTo()).isEqualTo(again);

        user.when(parked(2, "call-2"));
        user.when(word("call-2", true, OTHER_LANE));
        assertThat(lastJob().replyTo()).isEqualTo(again);
        assertThat(lines(user.when(answered("c-hello", "Done.", "stop", 9, 2, 3))))
                .contains("to session-1 done stop Done.", "to session-2 done stop Done.");
    }

    @Test
    void anOldAttemptDoesNotPark() {
        ask();
        user.when(Given.started("c-hello", 2));

        assertThat(user.when(parked(1, "call-1"))).isEmpty();
        assertThat(user.user.running(id("c-hello")).parked()).isNull();
    }

    @Test
    void aRerunIsAdmittedUnderItsOwnLimitsAndServesTheRecord() {
        RecordedTool recorded =
                new RecordedTool(
                        "everything", "echo", Json.mapper().createObjectNode(), "ok", "Hi");
        user.when(rerun(List.of(recorded)));

        assertThat(lastJob().recordedTools()).containsExactly(recorded);
        assertThat(lastJob().tools()).isEmpty();
        assertThat(user.user.running()).hasSize(1);
    }

    private static RequestEvent.MessageSubmitted rerun(@Nullable List<RecordedTool> tools) {
        return new RequestEvent.MessageSubmitted(
                "rerun-1",
                null,
                "derived",
                "derived",
                "hello",
                "demo",
                null,
                null,
                null,
                "rerun",
                caller(),
                LANE,
                Given.START,
                new RequestEvent.Rerun("replay-1", "old", "old-message", tools, null));
    }
}

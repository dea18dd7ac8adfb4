package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A running answer's end: its hold is released and what it used is charged, once, with the first
 * terminal. Results of a message that does not run, and of an attempt older than the newest seen,
 * are ignored.
 */
final class Settlement {

    private static final String STOPPED = "stopped";

    /** In the record of an answer that no worker had. */
    private static final String NO_WORKER = "";

    private final DeciderSettings settings;
    private final Work work;
    private final Instant now;
    private final Policy policy;

    Settlement(DeciderSettings settings, Work work, Instant now, Policy policy) {
        this.settings = settings;
        this.work = work;
        this.now = now;
        this.policy = policy;
    }

    void started(ResultEvent.AttemptStarted started) {
        Running answer = live(started);
        if (answer != null && started.attempt() > answer.attempt()) {
            work.user(work.user().update(answer.attempted(started.attempt())));
        }
    }

    void toolCall(ResultEvent.ToolCallFinished call) {
        Running answer = live(call);
        if (answer != null) {
            work.user(work.user().update(answer.attempted(call.attempt())));
            record(answer, new TurnDraft.ToolCalled(call));
        }
    }

    void completed(ResultEvent.AnswerCompleted completed) {
        Running answer = live(completed);
        if (answer == null) {
            return;
        }
        BigDecimal cost = Prices.cost(policy.price(completed.model()), completed.usage());
        if (answer.stopping() && completed.finishReason().equals(STOPPED)) {
            end(
                    answer,
                    new End(
                            tooLate(completed.answer()),
                            completed.usage(),
                            cost,
                            completed.model(),
                            completed.attempt()));
            return;
        }
        ServerFrame.AnswerResult result =
                new ServerFrame.AnswerResult(
                        completed.answer(),
                        completed.finishReason(),
                        completed.model(),
                        completed.usage().input(),
                        completed.usage().output(),
                        completed.usage().cached(),
                        // A model without a price costs nothing; the frame always says what.
                        cost == null ? BigDecimal.ZERO : cost,
                        completed.toolCalls(),
                        completed.toolsUsed(),
                        completed.iterations(),
                        completed.attempt());
        charge(answer, completed.usage(), cost);
        record(answer, new TurnDraft.Answered(completed, cost));
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("finish_reason", completed.finishReason());
        detail.put("attempt", Integer.toString(completed.attempt()));
        tell(answer, Outcome.done(result), Checkpoint.DONE, "ok", facts(detail, completed.usage()));
    }

    void failed(ResultEvent.AnswerFailed failed) {
        Running answer = live(failed);
        if (answer != null) {
            end(
                    answer,
                    new End(
                            Outcome.failed(
                                    failed.code(),
                                    failed.error(),
                                    failed.partialAnswer(),
                                    failed.retryAfterS()),
                            failed.usage(),
                            Prices.cost(policy.price(failed.model()), failed.usage()),
                            failed.model(),
                            failed.attempt()));
        }
    }

    /**
     * First the worker is told to stop, which reports what it used; when it has not within the
     * grace, the message ends without it, and with nothing known to be used nothing is charged.
     */
    void deadline(String messageId) {
        Running answer = work.user().running(messageId);
        if (answer == null || now.isBefore(answer.deadline())) {
            return;
        }
        if (answer.stopping()) {
            end(answer, new End(tooLate(""), known(messageId), null, null, answer.attempt()));
            return;
        }
        work.user(work.user().update(answer.stoppedAt(now.plus(settings.answer().grace()))));
        work.emit(
                new Emitted.Control(
                        new ControlEvent.StopAnswer(
                                messageId, answer.author().userId(), "deadline", now)));
    }

    /**
     * Ends what runs, without its text, and has the person forgotten. What the worker still reports
     * comes too late; with nothing known to be used nothing is charged.
     */
    void erase(RequestEvent.ErasureRequested erasure) {
        for (Running answer : work.user().running()) {
            work.emit(
                    new Emitted.Control(
                            new ControlEvent.StopAnswer(
                                    answer.messageId(), erasure.userId(), "revoked", now)));
            Outcome erased =
                    Outcome.failed(ErrorCode.NOT_FOUND, "The conversation was erased.", "", null);
            end(answer, new End(erased, TokenUsage.NONE, null, null, answer.attempt()));
        }
        work.emit(new Emitted.Erased(erasure.erasureId()));
    }

    /** What is known to be used of an answer whose worker says nothing: what it was parked with. */
    private TokenUsage known(String messageId) {
        Parking parking = work.parking(messageId);
        ParkedAnswer parked = parking == null ? null : parking.job().parked();
        return parked == null ? TokenUsage.NONE : parked.usage();
    }

    /** A parked answer that nobody can go on with. */
    void lost(Running answer, ResultEvent.AnswerParked report) {
        Outcome outcome =
                Outcome.failed(
                        ErrorCode.INTERNAL,
                        "The answer cannot be gone on with; reference " + answer.messageId() + ".",
                        report.parked().answer(),
                        null);
        endParked(answer, outcome, report.parked(), null, report.attempt());
    }

    /** A parked answer whose time was over already. */
    void tooLate(Running answer, ParkedAnswer parked, int attempt) {
        endParked(answer, tooLate(parked.answer()), parked, null, attempt);
    }

    /** A parked answer that may not be gone on with. */
    void refused(Running answer, Parking parking, Refusal refusal) {
        ParkedAnswer parked = java.util.Objects.requireNonNull(parking.parked());
        Outcome outcome =
                new Outcome(
                        null,
                        refusal.code(),
                        refusal.error(),
                        parked.answer(),
                        refusal.retryAfterS(),
                        refusal.limit());
        endParked(answer, outcome, parked, parking.job().model(), answer.attempt());
    }

    private void endParked(
            Running answer,
            Outcome outcome,
            ParkedAnswer parked,
            @Nullable String model,
            int attempt) {
        String priced = model == null ? settings.defaultModel() : model;
        end(
                answer,
                new End(
                        outcome,
                        parked.usage(),
                        Prices.cost(policy.price(priced), parked.usage()),
                        model,
                        attempt));
    }

    /** The user stops a message that has not begun: an answer without text, charged nothing. */
    void stopped(Waiting waiting, Admission admission) {
        Running answer = admission.stopped(waiting);
        String model =
                waiting.question() instanceof RequestEvent.MessageSubmitted m && m.model() != null
                        ? m.model()
                        : settings.defaultModel();
        record(
                answer,
                new TurnDraft.Charged(
                        answer.messageId(), TokenUsage.NONE, null, 0, answer.requestedAt()));
        record(
                answer,
                new TurnDraft.Answered(
                        new ResultEvent.AnswerCompleted(
                                answer.messageId(),
                                answer.author().userId(),
                                answer.attempt(),
                                "",
                                STOPPED,
                                model,
                                TokenUsage.NONE,
                                0,
                                List.of(),
                                0,
                                now,
                                null,
                                now,
                                NO_WORKER),
                        null));
        ServerFrame.AnswerResult result =
                new ServerFrame.AnswerResult(
                        "", STOPPED, model, 0, 0, 0, null, 0, List.of(), 0, answer.attempt());
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("finish_reason", STOPPED);
        tell(answer, Outcome.done(result), Checkpoint.DONE, "ok", facts(detail, TokenUsage.NONE));
    }

    private static Outcome tooLate(String partial) {
        return Outcome.failed(
                ErrorCode.DEADLINE_EXCEEDED, "The answer took longer than it may.", partial, null);
    }

    private @Nullable Running live(ResultEvent result) {
        Running answer = work.user().running(result.messageId());
        return answer == null || result.attempt() < answer.attempt() ? null : answer;
    }

    /** How an answer failed. */
    private record End(
            Outcome outcome,
            TokenUsage usage,
            @Nullable BigDecimal cost,
            @Nullable String model,
            int attempt) {}

    private void end(Running answer, End end) {
        charge(answer, end.usage(), end.cost());
        ErrorCode code = java.util.Objects.requireNonNull(end.outcome().code());
        record(
                answer,
                new TurnDraft.Failed(
                        answer.messageId(),
                        code,
                        java.util.Objects.requireNonNull(end.outcome().error()),
                        end.outcome().partial(),
                        end.model(),
                        end.usage(),
                        end.attempt(),
                        now));
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("code", code.code());
        detail.put("attempt", Integer.toString(end.attempt()));
        tell(answer, end.outcome(), Checkpoint.ERROR, "error", facts(detail, end.usage()));
    }

    private void charge(Running answer, TokenUsage usage, @Nullable BigDecimal cost) {
        work.unpark(answer.messageId());
        BigDecimal paid = cost == null ? BigDecimal.ZERO : cost;
        work.user(work.user().settle(answer, now, settings.budgetZone(), usage, paid));
        chargeTeam(answer, new TeamSlice.Share(usage.total(), paid));
        record(
                answer,
                new TurnDraft.Charged(
                        answer.messageId(),
                        usage,
                        cost,
                        answer.heldTokens(),
                        answer.requestedAt()));
    }

    /** What was not held of the slice, since it was not limited then, still counts from now on. */
    private void chargeTeam(Running answer, TeamSlice.Share used) {
        String team = answer.author().team();
        TeamSlice.Share hold = answer.team();
        if (team == null || hold == null && policy.shared(team).isEmpty()) {
            return;
        }
        TeamSlice.Share taken = TeamSlice.Share.NONE;
        if (hold != null) {
            TeamSlice.Settled settled = work.team(team).settle(hold, used);
            work.put(settled.slice());
            taken = settled.taken();
        }
        work.emit(new Emitted.TeamUse(team, used, taken, now));
    }

    private void record(Running answer, TurnDraft draft) {
        work.emit(new Emitted.Turn(answer.conversationId(), answer.author(), now, draft));
    }

    private static Map<String, String> facts(Map<String, String> detail, TokenUsage usage) {
        detail.put("tokens_input", Long.toString(usage.input()));
        detail.put("tokens_output", Long.toString(usage.output()));
        if (usage.estimated()) {
            detail.put("estimated", "true");
        }
        return detail;
    }

    /** The checkpoint, then the terminal to everyone who waits for it. */
    private void tell(
            Running answer,
            Outcome outcome,
            String step,
            String status,
            Map<String, String> detail) {
        Message message = work.message(answer.messageId());
        String clientMsgId = message == null ? null : message.clientMsgId();
        if (message != null) {
            boolean own = answer.author().words() == null;
            work.put(message.ended(own ? outcome : outcome.withoutText()));
        }
        Conversation conversation = work.conversation(answer.conversationId());
        if (conversation != null) {
            work.put(conversation.touched(now), settings.retention());
        }
        work.emit(
                new Emitted.Step(
                        answer.messageId(), answer.conversationId(), step, status, detail));
        ServerFrame.Usage usage = usageOf(answer);
        List<ReplyTo> recipients = answer.recipients();
        work.emit(
                Terminal.frame(
                        recipients.getFirst(), answer.messageId(), clientMsgId, outcome, usage));
        for (ReplyTo joined : recipients.subList(1, recipients.size())) {
            Terminal.whole(joined, answer.messageId(), clientMsgId, outcome, usage)
                    .forEach(work::emit);
        }
    }

    private ServerFrame.@Nullable Usage usageOf(Running answer) {
        Rights rights =
                policy.rights(
                        new dev.parley.schemas.record.Caller(
                                answer.author().userId(),
                                null,
                                null,
                                answer.author().role(),
                                answer.author().team()));
        return rights == null
                ? null
                : Meters.usage(rights, policy, work, now, settings.budgetZone());
    }
}

package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import java.time.Instant;

/**
 * The rules. A message goes
 *
 * <pre>
 *   (unknown) ── admitted ──→ running ── completed, failed, or deadline and grace passed ──→ ended
 *      │  └──→ waiting ──↑                                                                     ↑
 *      │           └─── refused, stopped, or waited too long ──────────────────────────────────┤
 *      └─────────────── refused ───────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * and from ended nowhere: whatever comes later for it is ignored, or answered from what is kept.
 */
public final class Decider {

    private final DeciderSettings settings;
    private final Probe probe;

    public Decider(DeciderSettings settings, Probe probe) {
        this.settings = settings;
        this.probe = probe;
    }

    /** What follows; the arguments decide it alone. */
    public Decision decide(Memory memory, Trigger trigger, Instant now, Policy policy) {
        Work work = new Work(memory);
        switch (trigger) {
            case Trigger.Requested requested -> request(work, requested.request(), now, policy);
            case Trigger.Reported reported -> report(work, reported.result(), now, policy);
            case Trigger.DeadlinePassed passed -> timeIsUp(work, passed.messageId(), now, policy);
            case Trigger.TeamAnswered answered -> teamAnswered(work, answered, now, policy);
            case Trigger.PolicyChanged changed -> revoke(work, changed.userId(), now, policy);
        }
        if (!work.user().inLine().isEmpty()) {
            new WaitingLine(settings, work, now).advance(admission(work, now, policy));
        }
        return work.decision();
    }

    private void request(Work work, RequestEvent request, Instant now, Policy policy) {
        switch (request) {
            case RequestEvent.Question question -> admission(work, now, policy).question(question);
            case RequestEvent.StopRequested stop -> stop(work, stop, now, policy);
            case RequestEvent.ApprovalGiven approval ->
                    approvals(work, now, policy).given(approval);
            case RequestEvent.ErasureRequested erasure -> {
                for (Waiting waiting : work.user().waiting()) {
                    admission(work, now, policy).refuse(waiting, WaitingLine.ERASED);
                }
                settlement(work, now, policy).erase(erasure);
            }
            case RequestEvent.ImportRequested imported ->
                    new Importing(settings, work, now, policy).take(imported);
        }
    }

    private void report(Work work, ResultEvent result, Instant now, Policy policy) {
        Settlement settlement = settlement(work, now, policy);
        switch (result) {
            case ResultEvent.AttemptStarted started -> settlement.started(started);
            case ResultEvent.ToolCallFinished call -> settlement.toolCall(call);
            case ResultEvent.AnswerCompleted completed -> settlement.completed(completed);
            case ResultEvent.AnswerFailed failed -> settlement.failed(failed);
            case ResultEvent.AnswerParked parked -> approvals(work, now, policy).parked(parked);
            case ResultEvent.GuardReported _ -> {}
        }
    }

    /** Of an answer that is made, or of the wait of one that is parked or has not begun. */
    private void timeIsUp(Work work, String messageId, Instant now, Policy policy) {
        Running answer = work.user().running(messageId);
        Waiting waiting = work.user().waiting(messageId);
        if (waiting != null) {
            waitedTooLong(work, waiting, now, policy);
        } else if (answer != null && answer.parked() != null) {
            if (!now.isBefore(answer.deadline())) {
                approvals(work, now, policy).expired(answer);
            }
        } else {
            settlement(work, now, policy).deadline(messageId);
        }
    }

    private Approvals approvals(Work work, Instant now, Policy policy) {
        return new Approvals(settings, work, now, policy, settlement(work, now, policy));
    }

    private void waitedTooLong(Work work, Waiting waiting, Instant now, Policy policy) {
        if (!now.isBefore(waiting.until())) {
            Rights rights = policy.rights(waiting.question().caller());
            Limits limits = rights == null ? Limits.NONE : rights.limits();
            admission(work, now, policy)
                    .refuse(waiting, new WaitingLine(settings, work, now).tooLong(waiting, limits));
        }
    }

    private void teamAnswered(
            Work work, Trigger.TeamAnswered answered, Instant now, Policy policy) {
        TeamEvent.ToPartition answer = answered.answer();
        switch (answer) {
            case TeamEvent.SliceGranted granted -> {
                work.put(
                        work.team(granted.team())
                                .granted(
                                        new TeamSlice.Share(granted.tokens(), granted.cost()),
                                        granted.limits()));
                Waiting waiting = work.user().waiting(granted.messageId());
                if (waiting != null) {
                    admission(work, now, policy).again(waiting);
                }
            }
            case TeamEvent.SliceRefused refused -> {
                Waiting waiting = work.user().waiting(refused.messageId());
                if (waiting != null) {
                    admission(work, now, policy).refuse(waiting, TeamAccount.refusal(refused));
                }
            }
            case TeamEvent.SliceRecalled _ -> {}
        }
    }

    private Admission admission(Work work, Instant now, Policy policy) {
        return new Admission(settings, probe, work, now, policy);
    }

    private Settlement settlement(Work work, Instant now, Policy policy) {
        return new Settlement(settings, work, now, policy);
    }

    /** The worker ends the answer; until it says so the message runs and its hold stands. */
    private void stop(Work work, RequestEvent.StopRequested stop, Instant now, Policy policy) {
        Waiting waiting = work.user().waiting(stop.messageId());
        Running answer = work.user().running(stop.messageId());
        if (waiting != null) {
            settlement(work, now, policy).stopped(waiting, admission(work, now, policy));
        } else if (answer != null) {
            stop(work, answer, "client", now, policy);
        } else if (work.message(stop.messageId()) == null) {
            work.tell(
                    stop.replyTo(),
                    ServerFrame.Failure.of(ErrorCode.NOT_FOUND, "There is no such message."));
        }
    }

    private void stop(Work work, Running answer, String reason, Instant now, Policy policy) {
        if (answer.parked() != null) {
            approvals(work, now, policy).stop(answer);
            return;
        }
        Parking parking = work.parking(answer.messageId());
        if (parking != null) {
            // Its worker may be about to park it, and would not hear of this any more.
            work.put(parking.stopping());
        }
        work.emit(
                new Emitted.Control(
                        new ControlEvent.StopAnswer(
                                answer.messageId(), answer.author().userId(), reason, now)));
    }

    private void revoke(Work work, String userId, Instant now, Policy policy) {
        for (Running answer : work.user().running()) {
            if (policy.block(userId, now) != null || !policy.knowsRole(answer.author().role())) {
                stop(work, answer, "revoked", now, policy);
            }
        }
        for (Waiting waiting : work.user().waiting()) {
            admission(work, now, policy).review(waiting);
        }
    }
}

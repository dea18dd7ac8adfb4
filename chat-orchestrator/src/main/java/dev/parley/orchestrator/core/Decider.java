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
 *        └────── refused ────────────────────────────────────────────────────────────────────┘
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
            case Trigger.DeadlinePassed passed ->
                    settlement(work, now, policy).deadline(passed.messageId());
            case Trigger.PolicyChanged changed -> revoke(work, changed.userId(), now, policy);
        }
        return work.decision();
    }

    private void request(Work work, RequestEvent request, Instant now, Policy policy) {
        Admission admission = new Admission(settings, probe, work, now, policy);
        switch (request) {
            case RequestEvent.MessageSubmitted message -> admission.message(message);
            case RequestEvent.RegenerateRequested again -> admission.regenerate(again);
            case RequestEvent.EditRequested edit -> admission.edit(edit);
            case RequestEvent.StopRequested stop -> stop(work, stop, now);
            case RequestEvent.ApprovalGiven approval ->
                    work.tell(
                            approval.replyTo(),
                            ServerFrame.Failure.of(
                                    ErrorCode.NOT_FOUND, "No tool call waits for this approval."));
            case RequestEvent.ErasureRequested erasure ->
                    settlement(work, now, policy).erase(erasure);
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
            case ResultEvent.AnswerParked _, ResultEvent.GuardReported _ -> {}
        }
    }

    private Settlement settlement(Work work, Instant now, Policy policy) {
        return new Settlement(settings, work, now, policy);
    }

    /** The worker ends the answer; until it says so the message runs and its hold stands. */
    private static void stop(Work work, RequestEvent.StopRequested stop, Instant now) {
        if (work.user().running(stop.messageId()) != null) {
            work.emit(
                    new Emitted.Control(
                            new ControlEvent.StopAnswer(
                                    stop.messageId(), stop.caller().id(), "client", now)));
        } else if (work.message(stop.messageId()) == null) {
            work.tell(
                    stop.replyTo(),
                    ServerFrame.Failure.of(ErrorCode.NOT_FOUND, "There is no such message."));
        }
    }

    private static void revoke(Work work, String userId, Instant now, Policy policy) {
        for (Running answer : work.user().running()) {
            if (policy.block(userId, now) != null || !policy.knowsRole(answer.author().role())) {
                work.emit(
                        new Emitted.Control(
                                new ControlEvent.StopAnswer(
                                        answer.messageId(), userId, "revoked", now)));
            }
        }
    }
}

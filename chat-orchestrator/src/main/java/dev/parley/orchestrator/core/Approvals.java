package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ToolUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls of tools that need a person's word.
 *
 * <pre>
 *   running ── AnswerParked ──→ parked ── each call decided, or the wait is over ──→ running
 *                                  └──── stopped, revoked, or no room any more ────→ ended
 * </pre>
 *
 * A parked answer keeps its hold and its place among the running ones, so that what it goes on with
 * is paid for; no worker has it. The answer's own time stands still: what was left of it when it
 * was parked is left when it goes on.
 */
final class Approvals {

    private static final String APPROVED = "approved";
    private static final String DENIED = "denied";
    private static final String EXPIRED = "expired";

    /** A little time to hear of a decision is always given. */
    private static final Duration TIME_MIN = Duration.ofSeconds(10);

    private final DeciderSettings settings;
    private final Work work;
    private final Instant now;
    private final Policy policy;
    private final Settlement settlement;

    Approvals(
            DeciderSettings settings,
            Work work,
            Instant now,
            Policy policy,
            Settlement settlement) {
        this.settings = settings;
        this.work = work;
        this.now = now;
        this.policy = policy;
        this.settlement = settlement;
    }

    void parked(ResultEvent.AnswerParked report) {
        Running answer = work.user().running(report.messageId());
        if (answer == null || report.attempt() < answer.attempt() || answer.parked() != null) {
            return;
        }
        Parking parking = work.parking(report.messageId());
        if (parking == null) {
            // Nothing was dispatched that might ask, so nobody could go on with it.
            settlement.lost(answer, report);
            return;
        }
        Duration left = Duration.between(now, answer.deadline());
        Parking kept = parking.park(report.parked(), Math.max(0, left.toMillis()));
        work.put(kept);
        if (answer.stopping()) {
            settlement.tooLate(answer, report.parked(), report.attempt());
        } else if (parking.stopAsked()) {
            stopped(answer.attempted(report.attempt()), kept, report.worker());
        } else {
            wait(answer.attempted(report.attempt()), report.parked());
        }
    }

    private void wait(Running answer, ParkedAnswer parked) {
        Instant expiresAt = now.plus(settings.tools().approvalWait());
        work.user(
                work.user()
                        .update(
                                answer.parkedUntil(
                                        expiresAt,
                                        new Running.Parked(expiresAt, parked.pending()))));
        for (ReplyTo to : answer.recipients()) {
            for (ToolUse use : parked.pending()) {
                work.tell(to, frame(answer, use, expiresAt));
            }
        }
    }

    static ServerFrame.Approval frame(Running answer, ToolUse use, Instant expiresAt) {
        return new ServerFrame.Approval(
                answer.messageId(),
                use.callId(),
                use.server(),
                use.tool(),
                use.arguments(),
                expiresAt);
    }

    void given(RequestEvent.ApprovalGiven approval) {
        for (Running answer : work.user().running()) {
            Running.Parked parked = answer.parked();
            Parking parking = parked == null ? null : work.parking(answer.messageId());
            if (parking != null && parking.parked() != null) {
                for (ToolUse use : parking.parked().pending()) {
                    if (use.callId().equals(approval.callId())) {
                        given(approval, answer, parking, use);
                        return;
                    }
                }
            }
        }
        work.tell(
                approval.replyTo(),
                ServerFrame.Failure.of(
                        ErrorCode.NOT_FOUND, "No tool call waits for this approval."));
    }

    private void given(
            RequestEvent.ApprovalGiven approval, Running answer, Parking parking, ToolUse use) {
        String word = approval.approved() ? APPROVED : DENIED;
        String before = parking.decisionOn(use.callId());
        if (before != null) {
            if (!before.equals(word)) {
                work.tell(
                        approval.replyTo(),
                        ServerFrame.Failure.of(
                                ErrorCode.CONFLICT, "This call was already " + before + "."));
            }
            return;
        }
        Running heard = joined(answer, approval.replyTo());
        Parking decided = decide(heard, parking, use, word, approval.caller().id());
        continueIfDecided(heard, decided);
    }

    /** Whoever decides hears the rest: on a new lane of the same session, or beside the others. */
    private Running joined(Running answer, ReplyTo from) {
        List<ReplyTo> all = new ArrayList<>(answer.recipients());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).sessionId().equals(from.sessionId())) {
                all.set(i, from);
                return answer.sentTo(all);
            }
        }
        if (all.size() < settings.retention().recipientsMax()) {
            all.add(from);
            Message message = work.message(answer.messageId());
            if (message != null) {
                work.put(message.toldTo(from.sessionId(), settings.retention().recipientsMax()));
            }
        }
        return answer.sentTo(all);
    }

    private Parking decide(
            Running answer, Parking parking, ToolUse use, String word, @Nullable String by) {
        work.emit(
                new Emitted.Turn(
                        answer.conversationId(),
                        answer.author(),
                        now,
                        new TurnDraft.Decided(
                                answer.messageId(),
                                use.callId(),
                                use.server(),
                                use.tool(),
                                word,
                                by,
                                now)));
        return parking.decide(new ApprovalDecision(use.callId(), word));
    }

    /** The wait is over: what nobody decided is decided so. */
    void expired(Running answer) {
        Parking parking = work.parking(answer.messageId());
        if (parking == null || parking.parked() == null) {
            return;
        }
        for (ToolUse use : parking.parked().pending()) {
            if (parking.decisionOn(use.callId()) == null) {
                parking = decide(answer, parking, use, EXPIRED, null);
            }
        }
        continueIfDecided(answer, parking);
    }

    private void continueIfDecided(Running answer, Parking parking) {
        ParkedAnswer parked = Objects.requireNonNull(parking.parked());
        List<ToolUse> open =
                parked.pending().stream()
                        .filter(use -> parking.decisionOn(use.callId()) == null)
                        .toList();
        if (!open.isEmpty()) {
            work.put(parking);
            work.user(
                    work.user()
                            .update(
                                    answer.parkedUntil(
                                            answer.deadline(),
                                            new Running.Parked(answer.deadline(), open))));
            return;
        }
        Rights rights = policy.rights(callerOf(answer));
        Refusal refusal = refusal(answer, rights);
        if (refusal != null || rights == null) {
            work.put(parking);
            settlement.refused(answer, parking, Objects.requireNonNull(refusal));
        } else {
            goOn(answer, parking, rights);
        }
    }

    /** Rights and budget, at this moment and not at the one of the admission. */
    private @Nullable Refusal refusal(Running answer, @Nullable Rights rights) {
        if (policy.block(answer.author().userId(), now) != null) {
            return Refusal.of("", ErrorCode.BLOCKED, "You are blocked.");
        }
        if (rights == null) {
            return Refusal.of("", ErrorCode.FORBIDDEN, "Your role has no rights here.");
        }
        UserState user = work.user();
        return new Reservation(
                        rights.limits(),
                        List.of(Meters.Scope.own(rights.limits(), user)),
                        user.running().isEmpty(),
                        now,
                        settings)
                .stillHeld();
    }

    private void goOn(Running answer, Parking parking, Rights rights) {
        Duration left = Duration.ofMillis(parking.leftMs());
        Instant deadline = now.plus(left.compareTo(TIME_MIN) < 0 ? TIME_MIN : left);
        Job before = parking.job();
        Job next =
                new Job(
                        MessageIds.derive(
                                "job", answer.messageId(), Integer.toString(answer.attempt())),
                        answer.messageId(),
                        answer.conversationId(),
                        answer.author().userId(),
                        rights.author().role(),
                        answer.recipients().getFirst(),
                        before.model(),
                        before.messages(),
                        before.maxTokens(),
                        before.temperature(),
                        now,
                        deadline,
                        rights.tools(),
                        Admission.toolRounds(rights),
                        answer.attempt(),
                        parking.parked(),
                        parking.decisions(),
                        before.recordedTools(),
                        before.inputHeld());
        work.put(Parking.of(next));
        work.user(work.user().update(answer.parkedUntil(deadline, null)));
        work.emit(new Emitted.Dispatch(next));
    }

    /** Ends a parked answer as its worker would have ended a running one. */
    void stop(Running answer) {
        Parking parking = work.parking(answer.messageId());
        if (parking != null && parking.parked() != null) {
            stopped(answer, parking, "");
        }
    }

    private void stopped(Running answer, Parking parking, String worker) {
        ParkedAnswer parked = Objects.requireNonNull(parking.parked());
        String model = parking.job().model();
        settlement.completed(
                new ResultEvent.AnswerCompleted(
                        answer.messageId(),
                        answer.author().userId(),
                        answer.attempt(),
                        parked.answer(),
                        "stopped",
                        model == null ? settings.defaultModel() : model,
                        parked.usage(),
                        parked.toolCalls(),
                        parked.toolsUsed(),
                        parked.iterations(),
                        parked.startedAt(),
                        parked.firstTokenAt(),
                        now,
                        worker));
    }

    private static Caller callerOf(Running answer) {
        return new Caller(
                answer.author().userId(),
                null,
                null,
                answer.author().role(),
                answer.author().team());
    }
}

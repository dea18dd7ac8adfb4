package dev.parley.orchestrator.core;

import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The job of an answer that may have to wait for a person's approval, kept until the answer ends:
 * another job goes on from it. Not in {@link UserState}, since it holds the whole context.
 *
 * @param job as it was dispatched last
 * @param parked null while a worker has it
 * @param leftMs of the answer's time, when it was parked
 * @param decisions on the parked calls so far
 * @param stopAsked whether a stop was asked for while a worker had it
 */
public record Parking(
        String messageId,
        Job job,
        @Nullable ParkedAnswer parked,
        long leftMs,
        List<ApprovalDecision> decisions,
        boolean stopAsked) {

    public Parking {
        decisions = decisions == null ? List.of() : List.copyOf(decisions);
    }

    static Parking of(Job job) {
        return new Parking(job.messageId(), job, null, 0, List.of(), false);
    }

    Parking park(ParkedAnswer answer, long left) {
        return new Parking(messageId, job, answer, left, List.of(), stopAsked);
    }

    Parking decide(ApprovalDecision decision) {
        List<ApprovalDecision> all = new ArrayList<>(decisions);
        all.add(decision);
        return new Parking(messageId, job, parked, leftMs, all, stopAsked);
    }

    Parking stopping() {
        return new Parking(messageId, job, parked, leftMs, decisions, true);
    }

    @Nullable String decisionOn(String callId) {
        for (ApprovalDecision decision : decisions) {
            if (decision.callId().equals(callId)) {
                return decision.decision();
            }
        }
        return null;
    }
}

package dev.parley.orchestrator.web;

import dev.parley.orchestrator.core.Running;
import dev.parley.orchestrator.core.TeamSlice;
import dev.parley.orchestrator.core.Totals;
import dev.parley.orchestrator.core.UserState;
import dev.parley.orchestrator.core.Waiting;
import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user's state as it is now, for an administrator.
 *
 * @param instance host and port of the orchestrator that has it
 * @param windows each limit that counts something, with what is used and left
 * @param holds what running answers may still use
 * @param waiting in order
 * @param teamSlice what is leased of the team's budget to the partition of this user; null without
 */
record Live(
        String user,
        String instance,
        Instant at,
        List<ServerFrame.LimitState> windows,
        List<Hold> holds,
        List<Answer> running,
        List<InLine> waiting,
        Totals totals,
        @Nullable TeamSlice teamSlice) {

    record Hold(String messageId, long tokens, BigDecimal cost, Instant deadline) {
        static Hold of(Running answer) {
            return new Hold(
                    answer.messageId(), answer.heldTokens(), answer.heldCost(), answer.deadline());
        }
    }

    /** {@code attempt} 0: no worker has reported yet. */
    record Answer(
            String messageId,
            String conversationId,
            String role,
            @Nullable String team,
            int attempt,
            Instant requestedAt,
            Instant deadline,
            boolean stopping) {
        static Answer of(Running answer) {
            return new Answer(
                    answer.messageId(),
                    answer.conversationId(),
                    answer.author().role(),
                    answer.author().team(),
                    answer.attempt(),
                    answer.requestedAt(),
                    answer.deadline(),
                    answer.stopping());
        }
    }

    /** {@code cause} is answer or team. */
    record InLine(String messageId, String cause, Instant since, Instant until) {
        static InLine of(Waiting message) {
            return new InLine(
                    message.messageId(),
                    switch (message.cause()) {
                        case ANSWER -> "answer";
                        case TEAM -> "team";
                    },
                    message.since(),
                    message.until());
        }
    }

    static Live of(
            String userId,
            String instance,
            Instant at,
            List<ServerFrame.LimitState> windows,
            UserState state,
            @Nullable TeamSlice slice) {
        return new Live(
                userId,
                instance,
                at,
                windows,
                state.running().stream().map(Hold::of).toList(),
                state.running().stream().map(Answer::of).toList(),
                state.waiting().stream().map(InLine::of).toList(),
                state.totals(),
                slice);
    }
}

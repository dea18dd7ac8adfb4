package dev.parley.orchestrator.core;

import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.ToolUse;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is being made, and the hold that it owns. It leaves the state with exactly one
 * terminal, which settles the hold.
 *
 * @param recipients the lane that gets the tokens first, then sessions that joined, which get the
 *     whole at the end
 * @param heldTokens worst case of input and output
 * @param heldCost worst case in the currency of the prices; zero without a price
 * @param attempt highest that has reported; 0 before the first
 * @param requestedAt when the gateway had read the message
 * @param deadline when it is stopped, and once {@code stopping}, when it is ended without its
 *     worker
 * @param stopping whether the deadline has passed and the worker was told to stop
 * @param parked set while it waits for approvals; {@code deadline} is then when the wait is over
 * @param model entry of the policy whose limits it counts for; null: none has limits
 * @param team what it holds of the team's slice; null: nothing
 */
public record Running(
        String messageId,
        String conversationId,
        Author author,
        List<ReplyTo> recipients,
        long heldTokens,
        BigDecimal heldCost,
        int attempt,
        Instant requestedAt,
        Instant deadline,
        boolean stopping,
        @Nullable Parked parked,
        @Nullable String model,
        TeamSlice.@Nullable Share team) {

    /**
     * Waits for a person.
     *
     * @param waiting calls that are not decided
     */
    public record Parked(Instant expiresAt, List<ToolUse> waiting) {
        public Parked {
            waiting = waiting == null ? List.of() : List.copyOf(waiting);
        }
    }

    /** A new state of waiting, or none, and when the deadline's clock strikes in it. */
    Running parkedUntil(Instant at, @Nullable Parked how) {
        return new Running(
                messageId,
                conversationId,
                author,
                recipients,
                heldTokens,
                heldCost,
                attempt,
                requestedAt,
                at,
                stopping,
                how,
                model,
                team);
    }

    Running attempted(int newest) {
        return new Running(
                messageId,
                conversationId,
                author,
                recipients,
                heldTokens,
                heldCost,
                Math.max(attempt, newest),
                requestedAt,
                deadline,
                stopping,
                parked,
                model,
                team);
    }

    Running stoppedAt(Instant lastResort) {
        return new Running(
                messageId,
                conversationId,
                author,
                recipients,
                heldTokens,
                heldCost,
                attempt,
                requestedAt,
                lastResort,
                true,
                parked,
                model,
                team);
    }

    Running sentTo(List<ReplyTo> all) {
        return new Running(
                messageId,
                conversationId,
                author,
                all,
                heldTokens,
                heldCost,
                attempt,
                requestedAt,
                deadline,
                stopping,
                parked,
                model,
                team);
    }
}

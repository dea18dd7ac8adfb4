package dev.parley.orchestrator.core;

import dev.parley.schemas.record.ReplyTo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

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
        boolean stopping) {

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
                stopping);
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
                true);
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
                stopping);
    }
}

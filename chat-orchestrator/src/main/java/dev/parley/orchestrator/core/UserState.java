package dev.parley.orchestrator.core;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one user beside conversations: small, since it is read and written with every
 * event.
 *
 * @param requests admitted requests
 * @param tokens settled tokens, at the time of their settlement
 * @param running in order of admission
 */
public record UserState(
        SlidingLedger requests, SlidingLedger tokens, Spend spend, List<Running> running) {

    public static final UserState NEW =
            new UserState(SlidingLedger.EMPTY, SlidingLedger.EMPTY, Spend.NONE, List.of());

    public UserState {
        running = List.copyOf(running);
    }

    public @Nullable Running running(String messageId) {
        for (Running answer : running) {
            if (answer.messageId().equals(messageId)) {
                return answer;
            }
        }
        return null;
    }

    public long heldTokens() {
        return running.stream().mapToLong(Running::heldTokens).sum();
    }

    public BigDecimal heldCost() {
        return running.stream().map(Running::heldCost).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    UserState admit(SlidingLedger newRequests, Running answer) {
        List<Running> all = new ArrayList<>(running);
        all.add(answer);
        return new UserState(newRequests, tokens, spend, all);
    }

    UserState update(Running answer) {
        return new UserState(
                requests,
                tokens,
                spend,
                running.stream()
                        .map(r -> r.messageId().equals(answer.messageId()) ? answer : r)
                        .toList());
    }

    UserState settle(String messageId, SlidingLedger newTokens, Spend newSpend) {
        return new UserState(
                requests,
                newTokens,
                newSpend,
                running.stream().filter(r -> !r.messageId().equals(messageId)).toList());
    }
}

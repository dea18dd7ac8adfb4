package dev.parley.orchestrator.core;

import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one user beside conversations: small, since it is read and written with every
 * event.
 *
 * @param requests admitted requests
 * @param tokens settled tokens, at the time of their settlement
 * @param running in order of admission
 * @param waiting in order of arrival
 * @param models the same account for each model entry of the policy that has limits
 */
public record UserState(
        SlidingLedger requests,
        SlidingLedger tokens,
        Spend spend,
        List<Running> running,
        List<Waiting> waiting,
        Map<String, Account> models,
        Totals totals) {

    public static final UserState NEW =
            new UserState(
                    SlidingLedger.EMPTY,
                    SlidingLedger.EMPTY,
                    Spend.NONE,
                    List.of(),
                    List.of(),
                    Map.of(),
                    Totals.NONE);

    public UserState {
        running = List.copyOf(running);
        waiting = waiting == null ? List.of() : List.copyOf(waiting);
        models = models == null ? Map.of() : Map.copyOf(models);
        totals = totals == null ? Totals.NONE : totals;
    }

    public @Nullable Running running(String messageId) {
        for (Running answer : running) {
            if (answer.messageId().equals(messageId)) {
                return answer;
            }
        }
        return null;
    }

    public @Nullable Waiting waiting(String messageId) {
        for (Waiting message : waiting) {
            if (message.messageId().equals(messageId)) {
                return message;
            }
        }
        return null;
    }

    /** Those that wait for an answer of the user to end. */
    List<Waiting> inLine() {
        return waiting.stream().filter(w -> w.cause() == Waiting.Cause.ANSWER).toList();
    }

    /** The user's own account. */
    Account account() {
        return new Account(requests, tokens, spend);
    }

    Account account(String model) {
        return models.getOrDefault(model, Account.NEW);
    }

    public long heldTokens() {
        return running.stream().mapToLong(Running::heldTokens).sum();
    }

    public BigDecimal heldCost() {
        return running.stream().map(Running::heldCost).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    UserState admit(Instant now, Running answer) {
        List<Running> all = new ArrayList<>(running);
        all.add(answer);
        return with(
                account().requested(now),
                all,
                without(answer.messageId()),
                answer.model() == null
                        ? models
                        : changed(answer.model(), account(answer.model()).requested(now)),
                totals.admittedOne());
    }

    UserState update(Running answer) {
        return with(
                account(),
                running.stream()
                        .map(r -> r.messageId().equals(answer.messageId()) ? answer : r)
                        .toList(),
                waiting,
                models,
                totals);
    }

    UserState settle(Running answer, Instant now, ZoneId zone, TokenUsage usage, BigDecimal cost) {
        return with(
                account().charged(now, zone, usage.total(), cost),
                running.stream().filter(r -> !r.messageId().equals(answer.messageId())).toList(),
                waiting,
                answer.model() == null
                        ? models
                        : changed(
                                answer.model(),
                                account(answer.model()).charged(now, zone, usage.total(), cost)),
                totals.settledOne(usage.total(), cost));
    }

    /** Also of one that waited. */
    UserState refuse(String messageId) {
        return with(account(), running, without(messageId), models, totals.refusedOne());
    }

    /** One that waits ends without having run: admitted and settled at nothing. */
    UserState stopWaiting(String messageId) {
        return with(
                account(),
                running,
                without(messageId),
                models,
                totals.admittedOne().settledOne(0, BigDecimal.ZERO));
    }

    /** Puts it at the end, or in its own place when it waits already. */
    UserState await(Waiting message) {
        List<Waiting> all = new ArrayList<>(waiting);
        int at = -1;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).messageId().equals(message.messageId())) {
                at = i;
            }
        }
        if (at < 0) {
            all.add(message);
        } else {
            all.set(at, message);
        }
        return with(account(), running, all, models, totals);
    }

    private List<Waiting> without(String messageId) {
        return waiting.stream().filter(w -> !w.messageId().equals(messageId)).toList();
    }

    private Map<String, Account> changed(String model, Account account) {
        Map<String, Account> all = new HashMap<>(models);
        all.put(model, account);
        return all;
    }

    private static UserState with(
            Account account,
            List<Running> running,
            List<Waiting> waiting,
            Map<String, Account> models,
            Totals totals) {
        return new UserState(
                account.requests(),
                account.tokens(),
                account.spend(),
                running,
                waiting,
                models,
                totals);
    }
}

package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request fits every limit that counts, and what is held for it: the estimated input and
 * the longest answer, in tokens and in money.
 *
 * <p>When the request names no length of its own, nothing else of the user runs and only the rest
 * of a token or cost limit is too small, the answer is shortened to that rest, so that a small
 * budget can be used up. With other answers running, or a length asked for, it is refused: with
 * room for k exactly k are admitted.
 */
final class Reservation {

    /** What a client is told to wait where nothing but an answer's end will help. */
    private static final long RETRY_SOON_S = 1;

    private static final List<LimitName> REQUESTS =
            List.of(
                    LimitName.REQUESTS_PER_SECOND,
                    LimitName.REQUESTS_PER_MINUTE,
                    LimitName.REQUESTS_PER_HOUR,
                    LimitName.REQUESTS_PER_DAY);
    private static final List<LimitName> TOKEN_RATES =
            List.of(LimitName.TOKENS_PER_MINUTE, LimitName.TOKENS_PER_HOUR);
    private static final List<LimitName> TOKENS =
            List.of(
                    LimitName.TOKENS_PER_MINUTE,
                    LimitName.TOKENS_PER_HOUR,
                    LimitName.TOKENS_PER_DAY);
    private static final List<LimitName> BUDGETS =
            List.of(LimitName.TOKENS_PER_DAY, LimitName.COST_PER_DAY, LimitName.COST_PER_MONTH);

    private final Limits perAnswer;
    private final List<Meters> scopes;
    private final Instant now;
    private final boolean alone;
    private final DeciderSettings.Answer answer;

    /** A limit that refuses, with the scope that it belongs to. */
    private record Found(Meters in, Meters.Meter meter, BigDecimal need) {}

    /** Either a refusal, or what is held. */
    sealed interface Verdict {
        record Refused(Refusal refusal) implements Verdict {}

        /**
         * @param facts what the checkpoint tells
         */
        record Held(long answerTokens, long tokens, BigDecimal cost, Map<String, String> facts)
                implements Verdict {}
    }

    /**
     * What is asked for.
     *
     * @param input tokens of the context, estimated
     * @param furtherInput tokens of further calls of the model, with results of tools; held as far
     *     as there is room when nothing else of the user runs
     * @param answerTokens the client's own maximum
     * @param price of the model; null: free
     * @param ofTeam what the team's slice has, where the answer may be shortened to it; null: it
     *     does not matter
     */
    record Ask(
            long input,
            long furtherInput,
            @Nullable Integer answerTokens,
            PolicyRecord.@Nullable Price price,
            TeamSlice.@Nullable Share ofTeam) {}

    /**
     * @param perAnswer limits of each single answer
     * @param scopes whose limits must all have room
     */
    Reservation(
            Limits perAnswer,
            List<Meters.Scope> scopes,
            boolean alone,
            Instant now,
            DeciderSettings settings) {
        this.perAnswer = perAnswer;
        this.scopes = scopes.stream().map(s -> new Meters(s, now, settings.budgetZone())).toList();
        this.now = now;
        this.alone = alone;
        this.answer = settings.answer();
    }

    /** Whether less than the longest answer with all further calls may be held. */
    boolean mayShorten() {
        return alone;
    }

    /** The least that is held of what may be shortened. */
    TeamSlice.Share least(Ask ask) {
        long most = perAnswer.within(LimitName.ANSWER_TOKENS, answer.tokensMax());
        long output =
                Math.min(
                        most, ask.answerTokens() == null ? answer.tokensMin() : ask.answerTokens());
        return new TeamSlice.Share(ask.input() + output, costOf(ask, ask.input(), output));
    }

    Verdict of(Ask ask) {
        Refusal refusal = firstOf(REQUESTS, BigDecimal.ONE, ErrorCode.RATE_LIMITED);
        if (refusal != null) {
            return new Verdict.Refused(refusal);
        }
        long output = longest(ask);
        long input = ask.input() + further(ask, output);
        BigDecimal tokens = BigDecimal.valueOf(input + output);
        refusal = firstOf(TOKEN_RATES, tokens, ErrorCode.RATE_LIMITED);
        if (refusal == null) {
            refusal = concurrency();
        }
        if (refusal == null) {
            refusal = none(LimitName.ANSWER_TOKENS);
        }
        if (refusal == null) {
            refusal = none(LimitName.ANSWER_SECONDS);
        }
        BigDecimal cost = costOf(ask, input, output);
        if (refusal == null) {
            refusal = budget(tokens, cost);
        }
        return refusal == null
                ? new Verdict.Held(output, input + output, cost, facts(input + output, output))
                : new Verdict.Refused(refusal);
    }

    private long longest(Ask ask) {
        long most = perAnswer.within(LimitName.ANSWER_TOKENS, answer.tokensMax());
        if (ask.answerTokens() != null) {
            return Math.min(most, ask.answerTokens());
        }
        if (!alone) {
            return most;
        }
        long rest = most;
        for (Meters meters : scopes) {
            rest = Math.min(rest, restOf(meters, ask));
        }
        if (ask.ofTeam() != null) {
            rest = Math.min(rest, ask.ofTeam().tokens() - ask.input());
            if (ask.price() != null) {
                rest =
                        Math.min(
                                rest,
                                Prices.outputWithin(ask.price(), ask.input(), ask.ofTeam().cost()));
            }
        }
        return rest >= Math.min(answer.tokensMin(), most) ? rest : most;
    }

    private static long restOf(Meters meters, Ask ask) {
        long rest = Long.MAX_VALUE;
        for (LimitName name : TOKENS) {
            Meters.Meter meter = meters.meter(name);
            if (meter != null) {
                rest = Math.min(rest, meter.rest().longValue() - ask.input());
            }
        }
        for (LimitName name : List.of(LimitName.COST_PER_DAY, LimitName.COST_PER_MONTH)) {
            Meters.Meter meter = meters.meter(name);
            if (meter != null && ask.price() != null) {
                rest = Math.min(rest, Prices.outputWithin(ask.price(), ask.input(), meter.rest()));
            }
        }
        return rest;
    }

    /** What of the further calls is held. */
    private long further(Ask ask, long output) {
        if (ask.furtherInput() == 0 || !alone) {
            return ask.furtherInput();
        }
        long rest = ask.furtherInput();
        BigDecimal begun = costOf(ask, ask.input(), output);
        for (Meters meters : scopes) {
            for (LimitName name : TOKENS) {
                Meters.Meter meter = meters.meter(name);
                if (meter != null) {
                    rest = Math.min(rest, meter.rest().longValue() - ask.input() - output);
                }
            }
            for (LimitName name : List.of(LimitName.COST_PER_DAY, LimitName.COST_PER_MONTH)) {
                Meters.Meter meter = meters.meter(name);
                if (meter != null && ask.price() != null) {
                    BigDecimal left = meter.rest().subtract(begun);
                    rest = Math.min(rest, Prices.inputWithin(ask.price(), left));
                }
            }
        }
        if (ask.ofTeam() != null) {
            rest = Math.min(rest, ask.ofTeam().tokens() - ask.input() - output);
            if (ask.price() != null) {
                BigDecimal left = ask.ofTeam().cost().subtract(begun);
                rest = Math.min(rest, Prices.inputWithin(ask.price(), left));
            }
        }
        return Math.max(0, rest);
    }

    /** Whether what is held already still fits, under the limits of this moment. */
    @Nullable Refusal stillHeld() {
        return budget(BigDecimal.ZERO, BigDecimal.ZERO);
    }

    private static BigDecimal costOf(Ask ask, long input, long output) {
        BigDecimal cost = Prices.cost(ask.price(), new TokenUsage(input, output, 0, true));
        return cost == null ? BigDecimal.ZERO : cost;
    }

    private @Nullable Refusal budget(BigDecimal tokens, BigDecimal cost) {
        Found worst = null;
        Instant latest = Instant.MIN;
        for (Meters meters : scopes) {
            for (LimitName name : BUDGETS) {
                Meters.Meter meter = meters.meter(name);
                BigDecimal need = name == LimitName.TOKENS_PER_DAY ? tokens : cost;
                if (meter != null && (!meter.fits(need) || meter.max().signum() == 0)) {
                    Instant at = freeAt(meters, meter, need);
                    if (at.isAfter(latest)) {
                        worst = new Found(meters, meter, need);
                        latest = at;
                    }
                }
            }
        }
        return worst == null ? null : exceeded(worst, ErrorCode.BUDGET_EXHAUSTED);
    }

    private @Nullable Refusal concurrency() {
        for (Meters meters : scopes) {
            Meters.Meter meter = meters.meter(LimitName.CONCURRENT_ANSWERS);
            if (meter != null && !meter.fits(BigDecimal.ONE)) {
                return new Refusal(
                        Checkpoint.USAGE_CHECK,
                        ErrorCode.CONCURRENCY_LIMIT,
                        "You have as many answers running as you may; wait until one ends.",
                        meters.state(meter, null),
                        RETRY_SOON_S);
            }
        }
        return null;
    }

    /** A maximum of 0 for something that every answer needs. */
    private @Nullable Refusal none(LimitName name) {
        BigDecimal max = perAnswer.max(name);
        if (max == null || max.signum() > 0) {
            return null;
        }
        return new Refusal(
                Checkpoint.USAGE_CHECK,
                ErrorCode.BUDGET_EXHAUSTED,
                "Your limit " + name.wire() + " allows no answer.",
                new ServerFrame.LimitState(name.wire(), BigDecimal.ZERO, max, null),
                null);
    }

    /** Of all that are exceeded the one that is free last, since waiting for another is in vain. */
    private @Nullable Refusal firstOf(List<LimitName> names, BigDecimal need, ErrorCode code) {
        Found worst = null;
        Instant latest = Instant.MIN;
        for (Meters meters : scopes) {
            for (LimitName name : names) {
                Meters.Meter meter = meters.meter(name);
                if (meter != null && !meter.fits(need)) {
                    Instant at = freeAt(meters, meter, need);
                    if (at.isAfter(latest)) {
                        worst = new Found(meters, meter, need);
                        latest = at;
                    }
                }
            }
        }
        return worst == null ? null : exceeded(worst, code);
    }

    private Instant freeAt(Meters meters, Meters.Meter meter, BigDecimal need) {
        Instant free = meters.fitsAt(meter, need);
        return free == null ? now : free;
    }

    private Refusal exceeded(Found found, ErrorCode code) {
        Meters.Meter meter = found.meter();
        Instant free = found.in().fitsAt(meter, found.need());
        return new Refusal(
                Checkpoint.USAGE_CHECK,
                code,
                "Your limit " + meter.name().wire() + " is reached.",
                found.in().state(meter, free),
                meter.heldOnly(found.need()) || free == null ? RETRY_SOON_S : waitS(free));
    }

    private long waitS(Instant until) {
        Duration wait = Duration.between(now, until);
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    private Map<String, String> facts(long tokens, long output) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("reserved_tokens", Long.toString(tokens));
        facts.put("answer_tokens", Long.toString(output));
        for (LimitName name : LimitName.values()) {
            Meters.Meter meter = scopes.getFirst().meter(name);
            if (meter != null) {
                facts.put(
                        name.wire(),
                        Prices.plain(meter.used()).toPlainString()
                                + "/"
                                + Prices.plain(meter.max()).toPlainString());
            }
        }
        return facts;
    }
}

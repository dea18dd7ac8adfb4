package dev.parley.orchestrator.core;

import dev.parley.schemas.record.PolicyRecord;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits that apply to one user. An absent one is no limit; 0 is none at all.
 *
 * @param max by name
 */
public record Limits(Map<LimitName, BigDecimal> max) {

    static final Limits NONE = new Limits(Map.of());

    public Limits {
        max = Map.copyOf(max);
    }

    static Limits of(PolicyRecord.Limits limits) {
        Map<LimitName, BigDecimal> max = new EnumMap<>(LimitName.class);
        put(max, LimitName.REQUESTS_PER_SECOND, limits.requestsPerSecond());
        put(max, LimitName.REQUESTS_PER_MINUTE, limits.requestsPerMinute());
        put(max, LimitName.REQUESTS_PER_HOUR, limits.requestsPerHour());
        put(max, LimitName.REQUESTS_PER_DAY, limits.requestsPerDay());
        put(max, LimitName.TOKENS_PER_MINUTE, limits.tokensPerMinute());
        put(max, LimitName.TOKENS_PER_HOUR, limits.tokensPerHour());
        put(max, LimitName.TOKENS_PER_DAY, limits.tokensPerDay());
        putDecimal(max, LimitName.COST_PER_DAY, limits.costPerDay());
        putDecimal(max, LimitName.COST_PER_MONTH, limits.costPerMonth());
        put(max, LimitName.CONCURRENT_ANSWERS, limits.concurrentAnswers());
        put(max, LimitName.MESSAGE_CHARS, limits.messageChars());
        put(max, LimitName.ANSWER_TOKENS, limits.answerTokens());
        put(max, LimitName.TOOL_ROUNDS, limits.toolRounds());
        put(max, LimitName.ANSWER_SECONDS, limits.answerSeconds());
        return new Limits(max);
    }

    /** Of every name the smaller of the two. */
    Limits strictest(Limits other) {
        Map<LimitName, BigDecimal> both = new EnumMap<>(LimitName.class);
        both.putAll(max);
        other.max.forEach((name, value) -> both.merge(name, value, BigDecimal::min));
        return new Limits(both);
    }

    /** Those that a team's members share: tokens and money. */
    public Limits shared() {
        return only(true);
    }

    /** Those that hold for each member of a team singly. */
    Limits single() {
        return only(false);
    }

    public boolean isEmpty() {
        return max.isEmpty();
    }

    private Limits only(boolean shared) {
        Map<LimitName, BigDecimal> some = new EnumMap<>(LimitName.class);
        max.forEach((name, value) -> {
            if (name.isAmount() == shared) {
                some.put(name, value);
            }
        });
        return new Limits(some);
    }

    public @Nullable BigDecimal max(LimitName name) {
        return max.get(name);
    }

    /** The limit, or {@code otherwise} where there is none or it is larger. */
    public long within(LimitName name, long otherwise) {
        BigDecimal limit = max.get(name);
        return limit == null ? otherwise : limit.min(BigDecimal.valueOf(otherwise)).longValue();
    }

    private static void put(
            Map<LimitName, BigDecimal> max, LimitName name, @Nullable Number value) {
        if (value != null) {
            max.put(name, BigDecimal.valueOf(value.longValue()));
        }
    }

    private static void putDecimal(
            Map<LimitName, BigDecimal> max, LimitName name, @Nullable BigDecimal value) {
        if (value != null) {
            max.put(name, value);
        }
    }
}

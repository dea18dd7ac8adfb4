package dev.parley.orchestrator.core;

import java.util.Locale;

/** The limits, as the policy and the protocol name them; in the order in which they are checked. */
public enum LimitName {
    MESSAGE_CHARS,
    REQUESTS_PER_SECOND,
    REQUESTS_PER_MINUTE,
    REQUESTS_PER_HOUR,
    REQUESTS_PER_DAY,
    TOKENS_PER_MINUTE,
    TOKENS_PER_HOUR,
    CONCURRENT_ANSWERS,
    TOKENS_PER_DAY,
    COST_PER_DAY,
    COST_PER_MONTH,
    ANSWER_TOKENS,
    ANSWER_SECONDS,
    TOOL_ROUNDS;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** Whether it limits an amount of tokens or of money over time. */
    public boolean isAmount() {
        return switch (this) {
            case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY, COST_PER_DAY, COST_PER_MONTH ->
                    true;
            case MESSAGE_CHARS,
                    REQUESTS_PER_SECOND,
                    REQUESTS_PER_MINUTE,
                    REQUESTS_PER_HOUR,
                    REQUESTS_PER_DAY,
                    CONCURRENT_ANSWERS,
                    ANSWER_TOKENS,
                    ANSWER_SECONDS,
                    TOOL_ROUNDS ->
                    false;
        };
    }

    /** For example {@code tokens_per_day}. */
    public String wire() {
        return wire;
    }
}

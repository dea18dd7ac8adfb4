package dev.parley.schemas.record;

/**
 * Tokens of one answer, all attempts of the model within it together.
 *
 * @param cached input tokens that the provider served from its cache, part of {@code input}
 * @param estimated true when the provider reported none and they were counted here
 */
public record TokenUsage(long input, long output, long cached, boolean estimated) {

    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, false);

    public long total() {
        return input + output;
    }
}

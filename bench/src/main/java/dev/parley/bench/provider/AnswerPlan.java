package dev.parley.bench.provider;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the provider is to answer, written into the user's message.
 *
 * @param id of the request, unique in a run
 * @param tokens how many, from 1
 * @param tokensPerSecond pace after the first token, which comes at once; 0: all at once
 */
public record AnswerPlan(String id, int tokens, double tokensPerSecond) {

    private static final Pattern MARK =
            Pattern.compile("\\[answer id=(\\S{1,64}) tokens=(\\d{1,6}) pace=([0-9.]{1,12})]");

    public AnswerPlan {
        if (tokens < 1) {
            throw new IllegalArgumentException("an answer has 1 token or more, not " + tokens);
        }
        if (!(tokensPerSecond >= 0)) {
            throw new IllegalArgumentException("a pace is 0 or more, not " + tokensPerSecond);
        }
    }

    /** The last plan that stands in the text. */
    public static Optional<AnswerPlan> in(String text) {
        Matcher matcher = MARK.matcher(text);
        Optional<AnswerPlan> last = Optional.empty();
        while (matcher.find()) {
            last =
                    Optional.of(
                            new AnswerPlan(
                                    matcher.group(1),
                                    Math.max(1, Integer.parseInt(matcher.group(2))),
                                    Double.parseDouble(matcher.group(3))));
        }
        return last;
    }

    /** The message text that asks for this answer, padded with words to about {@code chars}. */
    public String prompt(int chars) {
        StringBuilder text = new StringBuilder(Math.max(chars, 80));
        text.append(
                String.format(
                        Locale.ROOT,
                        "[answer id=%s tokens=%d pace=%.3f]",
                        id,
                        tokens,
                        tokensPerSecond));
        for (int i = 0; text.length() < chars; i++) {
            text.append(i % 12 == 11 ? ".\n" : " ").append(AnswerText.WORDS.get(i % 16).strip());
        }
        return text.toString();
    }

    /** Nanoseconds from the first token to token {@code index}. */
    public long offsetNanos(int index) {
        return tokensPerSecond == 0 ? 0 : (long) (index * 1e9 / tokensPerSecond);
    }
}

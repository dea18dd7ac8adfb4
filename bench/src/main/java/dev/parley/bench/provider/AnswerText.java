package dev.parley.bench.provider;

import java.util.List;

/**
 * The text of an answer as a function of its plan, so that every reader can check what it got.
 *
 * <p>The words have one to four bytes a character, combining marks, quotes and line ends: whatever
 * a pipeline can break.
 */
public final class AnswerText {

    static final List<String> WORDS =
            List.of(
                    "The ",
                    "answer ",
                    "to ",
                    "this ",
                    "is ",
                    "a ",
                    "stream ",
                    "of ",
                    "small ",
                    "words, ",
                    "each ",
                    "one ",
                    "token",
                    ". ",
                    "It ",
                    "says: ",
                    "naïve ",
                    "café ",
                    "e\u0301te\u0301 ",
                    "straße ",
                    "“quoted” ",
                    "\"json\" ",
                    "back\\slash ",
                    "line\n",
                    "tab\t",
                    "日本語 ",
                    "한국어 ",
                    "Ελλάδα ",
                    "🙂 ",
                    "👩‍👩‍👧 ",
                    "<b>&amp;</b> ",
                    "end ");

    private static final int STRIDE = 7;

    private AnswerText() {}

    /** Token {@code index} of the answer {@code id}. */
    public static String token(String id, int index) {
        return WORDS.get(word(id, index));
    }

    /** The first {@code tokens} of the answer, joined. */
    public static String joined(String id, int tokens) {
        StringBuilder text = new StringBuilder(tokens * 6);
        for (int i = 0; i < tokens; i++) {
            text.append(token(id, i));
        }
        return text.toString();
    }

    /** Which of {@link #WORDS}; the stride shares no divisor with their number. */
    static int word(String id, int index) {
        return Math.floorMod(id.hashCode() + index * STRIDE, WORDS.size());
    }
}

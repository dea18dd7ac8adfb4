package dev.parley.audit.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two texts word by word, by their longest common subsequence.
 *
 * @param similarity share of the words that both have in one order, 0 to 1
 * @param pieces null when the texts are too long to be laid beside each other; their similarity
 *     then asks only which words they share
 */
record WordDiff(double similarity, @Nullable List<Piece> pieces) {

    /** Words of each text that are compared; the table of the comparison has their product. */
    static final int WORDS_MAX = 2_000;

    /** {@code op} is equal, delete or insert. */
    record Piece(String op, String text) {}

    static WordDiff of(String before, String after) {
        List<String> one = words(before);
        List<String> other = words(after);
        int longest = Math.max(one.size(), other.size());
        if (longest > WORDS_MAX) {
            return new WordDiff(rounded((double) shared(one, other) / longest), null);
        }
        int[][] common = common(one, other);
        List<Piece> pieces = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < one.size() || j < other.size()) {
            if (i < one.size() && j < other.size() && one.get(i).equals(other.get(j))) {
                add(pieces, "equal", one.get(i++));
                j++;
            } else if (j == other.size()
                    || i < one.size() && common[i + 1][j] >= common[i][j + 1]) {
                add(pieces, "delete", one.get(i++));
            } else {
                add(pieces, "insert", other.get(j++));
            }
        }
        return new WordDiff(longest == 0 ? 1 : rounded((double) common[0][0] / longest), pieces);
    }

    /** Each with the white space after it, so that the pieces make the text again. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length()
                    || Character.isWhitespace(text.charAt(i - 1))
                            && !Character.isWhitespace(text.charAt(i))) {
                words.add(text.substring(from, i));
                from = i;
            }
        }
        return words;
    }

    private static int[][] common(List<String> one, List<String> other) {
        int[][] common = new int[one.size() + 1][other.size() + 1];
        for (int i = one.size() - 1; i >= 0; i--) {
            for (int j = other.size() - 1; j >= 0; j--) {
                common[i][j] =
                        one.get(i).equals(other.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private static int shared(List<String> one, List<String> other) {
        Map<String, Integer> left = new HashMap<>();
        one.forEach(word -> left.merge(word, 1, Integer::sum));
        int shared = 0;
        for (String word : other) {
            if (left.merge(word, -1, Integer::sum) >= 0) {
                shared++;
            }
        }
        return shared;
    }

    private static double rounded(double share) {
        return Math.round(share * 1_000) / 1_000.0;
    }

    private static void add(List<Piece> pieces, String op, String word) {
        if (!pieces.isEmpty() && pieces.getLast().op().equals(op)) {
            Piece last = pieces.removeLast();
            pieces.add(new Piece(op, last.text() + word));
        } else {
            pieces.add(new Piece(op, word));
        }
    }
}

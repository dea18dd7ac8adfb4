package dev.parley.worker.answer;

/**
 * Never lets a surrogate pair be cut: a high surrogate at the end of a piece waits for its other
 * half in the next piece. A half that stays alone cannot be encoded and becomes U+FFFD.
 */
final class WholeCharacters {

    private static final char REPLACEMENT = '\uFFFD';

    private char held;
    private boolean holding;

    /** The piece, with what was held before it, and without what must wait. May be empty. */
    String pass(String piece) {
        if (piece.isEmpty() || !holding && isWhole(piece)) {
            return piece;
        }
        StringBuilder out = new StringBuilder(piece.length() + 1);
        int next = 0;
        if (holding) {
            holding = false;
            if (Character.isLowSurrogate(piece.charAt(0))) {
                out.append(held).append(piece.charAt(0));
                next = 1;
            } else {
                out.append(REPLACEMENT);
            }
        }
        appendWhole(piece, next, out);
        return out.toString();
    }

    /** What is left at the end: nothing, or the replacement of a half. */
    String end() {
        if (!holding) {
            return "";
        }
        holding = false;
        return String.valueOf(REPLACEMENT);
    }

    private void appendWhole(String piece, int from, StringBuilder out) {
        for (int i = from; i < piece.length(); i++) {
            char c = piece.charAt(i);
            if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (Character.isLowSurrogate(c)) {
                out.append(REPLACEMENT);
            } else if (i + 1 == piece.length()) {
                held = c;
                holding = true;
            } else if (Character.isLowSurrogate(piece.charAt(i + 1))) {
                out.append(c).append(piece.charAt(++i));
            } else {
                out.append(REPLACEMENT);
            }
        }
    }

    private static boolean isWhole(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            if (Character.isSurrogate(piece.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}

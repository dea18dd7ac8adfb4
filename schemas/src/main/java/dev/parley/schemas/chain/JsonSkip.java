package dev.parley.schemas.chain;

/**
 * Finds where a JSON value ends, without reading it. What lies within is judged by whoever reads
 * it.
 */
final class JsonSkip {

    private JsonSkip() {}

    /** The place after the value that begins at {@code from}; −1 when there is none. */
    static int value(byte[] in, int from, int to) {
        if (from >= to) {
            return -1;
        }
        return switch (in[from]) {
            case '"' -> string(in, from, to);
            case '{', '[' -> nested(in, from, to);
            default -> word(in, from, to);
        };
    }

    /** The place after the string whose quote is at {@code from}; −1 when there is none. */
    static int string(byte[] in, int from, int to) {
        if (from >= to || in[from] != '"') {
            return -1;
        }
        for (int i = from + 1; i < to; i++) {
            if (in[i] == '"') {
                return i + 1;
            }
            if (in[i] == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static int nested(byte[] in, int from, int to) {
        int depth = 0;
        for (int i = from; i < to; i++) {
            switch (in[i]) {
                case '"' -> {
                    i = string(in, i, to) - 1;
                    if (i < 0) {
                        return -1;
                    }
                }
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) {
                        return i + 1;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }

    private static int word(byte[] in, int from, int to) {
        int i = from;
        while (i < to && in[i] != ',' && in[i] != '}' && in[i] != ']') {
            i++;
        }
        return i == from ? -1 : i;
    }
}

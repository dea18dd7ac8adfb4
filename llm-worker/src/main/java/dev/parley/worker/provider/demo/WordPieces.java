package dev.parley.worker.provider.demo;

/** Cuts text into pieces of about a word: the white space before it, and the word or a part. */
final class WordPieces {

    private static final int PIECE_CHARS_MAX = 12;

    private final String text;
    private int next;

    WordPieces(String text) {
        this.text = text;
    }

    static long count(String text) {
        WordPieces pieces = new WordPieces(text);
        long count = 0;
        while (pieces.hasNext()) {
            pieces.next();
            count++;
        }
        return count;
    }

    boolean hasNext() {
        return next < text.length();
    }

    String next() {
        int start = next;
        int end = start;
        while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        int word = end;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && end - word < PIECE_CHARS_MAX) {
            end++;
        }
        if (end < text.length()
                && end > start + 1
                && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        next = end;
        return text.substring(start, end);
    }
}

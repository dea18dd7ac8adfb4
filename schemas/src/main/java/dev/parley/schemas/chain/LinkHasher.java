package dev.parley.schemas.chain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Hashes links from their bytes, without making a tree of them. Takes the plain cases alone, which
 * are nearly all: JSON without white space, ASCII, no escapes, numbers without exponent. What is
 * otherwise is left to {@link ConversationChain#hash}, whose answer this equals wherever it gives
 * one. Not for two threads at once.
 */
final class LinkHasher {

    static final int HASH_BYTES = 32;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;
    private static final int DEPTH_MAX = 31;
    private static final int MEMBERS_MAX = 64;
    private static final int DIGITS_MAX = 15;
    private static final byte[] HASH = {'h', 'a', 's', 'h'};
    private static final byte[] PREV_HASH = {'p', 'r', 'e', 'v', '_', 'h', 'a', 's', 'h'};
    private static final byte[] ORDINAL = {'o', 'r', 'd', 'i', 'n', 'a', 'l'};
    private static final byte[] CONVERSATION =
            "conversation_id".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /** Not plain; never leaves this class. */
    private static final class NotPlain extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPlain() {
            super(null, null, false, false);
        }
    }

    private static final NotPlain NOT_PLAIN = new NotPlain();

    private final MessageDigest sha256 = Sha256.digest();
    private final byte[] computed = new byte[HASH_BYTES];
    private final int[][] frames = new int[DEPTH_MAX + 1][4 * MEMBERS_MAX];
    private byte[] in = new byte[0];
    private int at;
    private int end;
    private byte[] out = new byte[4_096];
    private int length;
    private byte[] sorted = new byte[4_096];

    private int hashFrom;
    private int prevHashFrom;
    private int conversationFrom;
    private int conversationTo;
    private long ordinal;

    /**
     * Reads the link that begins at {@code from}. Returns where it ends, or −1 when it is not
     * plain.
     */
    int read(byte[] bytes, int from, int to) {
        in = bytes;
        at = from;
        end = to;
        length = 0;
        hashFrom = -1;
        prevHashFrom = -1;
        conversationFrom = -1;
        ordinal = -1;
        try {
            if (peek() != '{') {
                return -1;
            }
            object(0);
            if (hashFrom < 0 || prevHashFrom < 0 || conversationFrom < 0 || ordinal < 0) {
                return -1;
            }
            sha256.update(out, 0, length);
            sha256.digest(computed, 0, HASH_BYTES);
            return at;
        } catch (NotPlain e) {
            return -1;
        } catch (DigestException e) {
            throw new AssertionError("the buffer has the digest's size", e);
        }
    }

    /** Whether the {@code hash} that stands in the link is the one that it has. */
    boolean isSelfConsistent() {
        for (int i = 0; i < HASH_BYTES; i++) {
            if (hex(computed[i] >> 4 & 15) != in[hashFrom + 2 * i]
                    || hex(computed[i] & 15) != in[hashFrom + 2 * i + 1]) {
                return false;
            }
        }
        return true;
    }

    /** Where the 64 digits of {@code hash} begin in the bytes that were read. */
    int hashFrom() {
        return hashFrom;
    }

    int prevHashFrom() {
        return prevHashFrom;
    }

    int conversationFrom() {
        return conversationFrom;
    }

    int conversationTo() {
        return conversationTo;
    }

    long ordinal() {
        return ordinal;
    }

    private static int hex(int digit) {
        return digit < 10 ? '0' + digit : 'a' + digit - 10;
    }

    private void value(int depth) {
        switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    /** Copies the members as they come, and sorts what was copied when it has to be. */
    private void object(int depth) {
        if (depth > DEPTH_MAX) {
            throw NOT_PLAIN;
        }
        int[] frame = frames[depth];
        int members = 0;
        boolean inOrder = true;
        put(next());
        int begin = length;
        boolean first = true;
        while (peek() != '}') {
            if (!first) {
                expect(',');
            }
            first = false;
            int start = length;
            int keyFrom = at + 1;
            string();
            int keyTo = at - 1;
            expect(':');
            put(':');
            if (depth == 0 && isTopMember(keyFrom, keyTo)) {
                length = start;
                continue;
            }
            value(depth + 1);
            if (members == MEMBERS_MAX) {
                throw NOT_PLAIN;
            }
            int row = 4 * members++;
            frame[row] = start;
            frame[row + 1] = length;
            frame[row + 2] = start + 1;
            frame[row + 3] = start + 1 + keyTo - keyFrom;
            inOrder &= members == 1 || compare(frame, row - 4, row) < 0;
        }
        at++;
        arrange(frame, members, begin, inOrder);
        put('}');
    }

    private void arrange(int[] frame, int members, int begin, boolean inOrder) {
        if (members == 0) {
            return;
        }
        if (!inOrder) {
            sort(frame, members);
        }
        int size = length - begin + members - 1;
        if (sorted.length < size) {
            sorted = new byte[2 * size];
        }
        int to = 0;
        for (int i = 0; i < members; i++) {
            int from = frame[4 * i];
            int bytes = frame[4 * i + 1] - from;
            if (i > 0) {
                sorted[to++] = ',';
            }
            System.arraycopy(out, from, sorted, to, bytes);
            to += bytes;
        }
        room(members);
        System.arraycopy(sorted, 0, out, begin, to);
        length = begin + to;
    }

    private void sort(int[] frame, int members) {
        for (int i = 4; i < 4 * members; i += 4) {
            for (int j = i; j > 0; j -= 4) {
                int order = compare(frame, j - 4, j);
                if (order == 0) {
                    throw NOT_PLAIN;
                }
                if (order < 0) {
                    break;
                }
                for (int k = 0; k < 4; k++) {
                    int swapped = frame[j + k];
                    frame[j + k] = frame[j + k - 4];
                    frame[j + k - 4] = swapped;
                }
            }
        }
    }

    private int compare(int[] frame, int one, int other) {
        int order =
                Arrays.compareUnsigned(
                        out,
                        frame[one + 2],
                        frame[one + 3],
                        out,
                        frame[other + 2],
                        frame[other + 3]);
        if (order == 0) {
            throw NOT_PLAIN; // the same name twice
        }
        return order;
    }

    /** Notes what the chain is checked by; true for the hash itself, which is not hashed. */
    private boolean isTopMember(int keyFrom, int keyTo) {
        if (is(HASH, keyFrom, keyTo)) {
            if (hashFrom >= 0) {
                throw NOT_PLAIN;
            }
            hashFrom = hashText();
            return true;
        }
        if (is(PREV_HASH, keyFrom, keyTo)) {
            int back = at;
            prevHashFrom = hashText();
            at = back;
        } else if (is(CONVERSATION, keyFrom, keyTo)) {
            conversationFrom = at + 1;
            int back = at;
            int written = length;
            string();
            conversationTo = at - 1;
            at = back;
            length = written;
        } else if (is(ORDINAL, keyFrom, keyTo)) {
            ordinal = wholeNumber();
        }
        return false;
    }

    private boolean is(byte[] name, int from, int to) {
        return Arrays.equals(in, from, to, name, 0, name.length);
    }

    private int hashText() {
        int from = at + 1;
        int written = length;
        string();
        length = written;
        if (at - 1 - from != 2 * HASH_BYTES) {
            throw NOT_PLAIN;
        }
        return from;
    }

    private long wholeNumber() {
        long value = 0;
        int digits = 0;
        int i = at;
        while (i < end && in[i] >= '0' && in[i] <= '9') {
            value = 10 * value + in[i++] - '0';
            digits++;
        }
        if (digits == 0 || digits > DIGITS_MAX || i == end || in[i] != ',' && in[i] != '}') {
            throw NOT_PLAIN;
        }
        return value;
    }

    private void array(int depth) {
        if (depth > DEPTH_MAX) {
            throw NOT_PLAIN;
        }
        put(next());
        boolean first = true;
        while (peek() != ']') {
            if (!first) {
                expect(',');
                put(',');
            }
            first = false;
            value(depth + 1);
        }
        at++;
        put(']');
    }

    private void string() {
        expect('"');
        int from = at;
        int i = at;
        while (true) {
            if (i + Long.BYTES <= end) {
                long word = (long) LONGS.get(in, i);
                long odd = hasLess(word) | hasByte(word, '"') | hasByte(word, '\\') | word & HIGHS;
                if (odd == 0) {
                    i += Long.BYTES;
                    continue;
                }
                i += Long.numberOfTrailingZeros(odd) >>> 3;
            }
            if (i >= end) {
                throw NOT_PLAIN;
            }
            byte c = in[i];
            if (c == '"') {
                break;
            }
            if (c < ' ' || c == '\\') {
                throw NOT_PLAIN;
            }
            i++;
        }
        int bytes = i - from;
        room(bytes + 2);
        out[length++] = '"';
        System.arraycopy(in, from, out, length, bytes);
        length += bytes;
        out[length++] = '"';
        at = i + 1;
    }

    /** Marks bytes below a space; the lowest mark is right, which is the one that is used. */
    private static long hasLess(long word) {
        return word - ONES * ' ' & ~word & HIGHS;
    }

    private static long hasByte(long word, char c) {
        long zeroed = word ^ ONES * c;
        return zeroed - ONES & ~zeroed & HIGHS;
    }

    private void number() {
        int from = at;
        boolean negative = peek() == '-';
        int digitsFrom = negative ? from + 1 : from;
        int i = digitsFrom;
        while (i < end && in[i] >= '0' && in[i] <= '9') {
            i++;
        }
        int digits = i - digitsFrom;
        boolean zero = digits > 0 && in[digitsFrom] == '0';
        if (digits == 0 || digits > DIGITS_MAX || zero && (digits > 1 || negative)) {
            throw NOT_PLAIN;
        }
        int whole = i;
        if (i < end && in[i] == '.') {
            i++;
            while (i < end && in[i] >= '0' && in[i] <= '9') {
                i++;
            }
            if (i == whole + 1 || i - whole > DIGITS_MAX) {
                throw NOT_PLAIN;
            }
        }
        if (i < end && (in[i] == 'e' || in[i] == 'E')) {
            throw NOT_PLAIN;
        }
        int last = i;
        while (last > whole && (in[last - 1] == '0' || in[last - 1] == '.')) {
            last--;
        }
        boolean decimal = last > whole;
        room(last - from + 2);
        if (decimal) {
            out[length++] = '"';
        }
        System.arraycopy(in, from, out, length, last - from);
        length += last - from;
        if (decimal) {
            out[length++] = '"';
        }
        at = i;
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
            put(word.charAt(i));
        }
    }

    private byte peek() {
        if (at >= end) {
            throw NOT_PLAIN;
        }
        return in[at];
    }

    private byte next() {
        byte c = peek();
        at++;
        return c;
    }

    private void expect(char c) {
        if (next() != c) {
            throw NOT_PLAIN;
        }
    }

    private void put(int c) {
        room(1);
        out[length++] = (byte) c;
    }

    private void room(int bytes) {
        if (length + bytes > out.length) {
            out = Arrays.copyOf(out, 2 * (length + bytes));
        }
    }
}

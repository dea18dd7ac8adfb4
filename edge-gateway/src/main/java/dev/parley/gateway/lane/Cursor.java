package dev.parley.gateway.lane;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A position in a session's lane, opaque to clients: version, lane + 1, epoch, offset + 1, back,
 * accepted as base-128 numbers, least significant part first, in Base64url.
 *
 * @param lane −1: before the session's first lease
 * @param offset of the last record that the client has; −1: none
 * @param back how many offsets before {@code offset} the oldest unfinished message began, so that a
 *     reader can learn again what the filter knew
 * @param accepted how many messages of the session the client knows to be accepted
 */
public record Cursor(int lane, int epoch, long offset, long back, long accepted) {

    private static final int VERSION = 1;
    private static final int CHARS_MAX = 80;
    private static final int NUMBER_BYTES_MAX = 9;

    /** Before everything. */
    public static final Cursor START = new Cursor(-1, 0, -1, 0, 0);

    public String text() {
        byte[] bytes = new byte[6 * NUMBER_BYTES_MAX];
        int at = put(bytes, 0, VERSION);
        at = put(bytes, at, lane + 1L);
        at = put(bytes, at, epoch);
        at = put(bytes, at, offset + 1);
        at = put(bytes, at, back);
        at = put(bytes, at, accepted);
        byte[] exact = new byte[at];
        System.arraycopy(bytes, 0, exact, 0, at);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(exact);
    }

    /** Null when it is no cursor of ours. */
    public static @Nullable Cursor parse(String text) {
        if (text.length() > CHARS_MAX) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
        Numbers in = new Numbers(bytes);
        long version = in.next();
        long lane = in.next();
        long epoch = in.next();
        long offset = in.next();
        long back = in.next();
        long accepted = in.next();
        boolean whole = in.isWhole();
        if (!whole || version != VERSION || lane > 100_000 || epoch > Integer.MAX_VALUE) {
            return null;
        }
        return new Cursor((int) lane - 1, (int) epoch, offset - 1, back, accepted);
    }

    private static int put(byte[] bytes, int start, long number) {
        int at = start;
        long rest = number;
        while (rest > 0x7f) {
            bytes[at++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        return at;
    }

    private static final class Numbers {
        private final byte[] bytes;
        private int at;
        private boolean broken;

        Numbers(byte[] bytes) {
            this.bytes = bytes;
        }

        /** 0 when there is none. */
        long next() {
            long number = 0;
            for (int i = 0; i < NUMBER_BYTES_MAX; i++) {
                if (at >= bytes.length) {
                    break;
                }
                byte b = bytes[at++];
                number |= (long) (b & 0x7f) << 7 * i;
                if (b >= 0) {
                    return number;
                }
            }
            broken = true;
            return 0;
        }

        boolean isWhole() {
            return !broken && at == bytes.length;
        }
    }
}

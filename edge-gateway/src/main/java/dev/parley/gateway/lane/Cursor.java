package dev.parley.gateway.lane;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A position in a session's lane, opaque to clients: version, lane + 1, epoch, offset + 1, back,
 * accepted, and a pair of numbers for each shift, as base-128 numbers, least significant part
 * first, in Base64url.
 *
 * @param lane −1: before the session's first lease
 * @param offset of the last record that the client has; −1: none
 * @param back how many offsets before {@code offset} the oldest unfinished message began, so that a
 *     reader can learn again what the filter knew
 * @param accepted how many messages of the session the client knows to be accepted
 * @param shifts answers that run and of which tokens were merged for this client
 */
public record Cursor(
        int lane, int epoch, long offset, long back, long accepted, List<Shift> shifts) {

    private static final int VERSION = 1;
    private static final int CHARS_MAX = 400;

    /** More answers than this do not run at once in one session; further ones are left out. */
    private static final int SHIFTS_MAX = 12;

    private static final int NUMBER_BYTES_MAX = 9;

    /** Before everything. */
    public static final Cursor START = new Cursor(-1, 0, -1, 0, 0);

    /**
     * The client counts the tokens of an answer {@code by} lower than the lane does, since so many
     * were merged into others.
     *
     * @param firstOffset where the answer began; names it
     */
    public record Shift(long firstOffset, long by) {}

    public Cursor {
        shifts = List.copyOf(shifts);
    }

    public Cursor(int lane, int epoch, long offset, long back, long accepted) {
        this(lane, epoch, offset, back, accepted, List.of());
    }

    /** The same position with these shifts. */
    public Cursor with(List<Shift> others) {
        return shifts.isEmpty() && others.isEmpty()
                ? this
                : new Cursor(lane, epoch, offset, back, accepted, others);
    }

    public String text() {
        int pairs = Math.min(shifts.size(), SHIFTS_MAX);
        byte[] bytes = new byte[(6 + 2 * pairs) * NUMBER_BYTES_MAX];
        int at = put(bytes, 0, VERSION);
        at = put(bytes, at, lane + 1L);
        at = put(bytes, at, epoch);
        at = put(bytes, at, offset + 1);
        at = put(bytes, at, back);
        at = put(bytes, at, accepted);
        for (Shift shift : shifts.subList(0, pairs)) {
            at = put(bytes, at, Math.max(0, offset - shift.firstOffset()));
            at = put(bytes, at, shift.by());
        }
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
        List<Shift> shifts = new ArrayList<>(0);
        while (in.hasMore() && shifts.size() < SHIFTS_MAX) {
            long since = in.next();
            shifts.add(new Shift(offset - 1 - since, in.next()));
        }
        if (!in.isWhole() || version != VERSION || lane > 100_000 || epoch > Integer.MAX_VALUE) {
            return null;
        }
        return new Cursor((int) lane - 1, (int) epoch, offset - 1, back, accepted, shifts);
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

        boolean hasMore() {
            return !broken && at < bytes.length;
        }

        boolean isWhole() {
            return !broken && at == bytes.length;
        }
    }
}

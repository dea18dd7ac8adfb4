package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of a jsonl export in place: {@code {"link":…,"text":…,"position":…,"seal":"…"}},
 * with {@code checkpoint} before the seal and {@code head} after it where there is one. Reused for
 * many lines; not for two threads at once.
 */
final class ExportLine {

    private static final byte[] LINK = "{\"link\":".getBytes(StandardCharsets.US_ASCII);
    private static final int SEAL_CHARS = 64;

    private final LinkHasher hasher = new LinkHasher();
    private final MessageDigest sha256 = Sha256.digest();
    private final byte[] computed = new byte[LinkHasher.HASH_BYTES];

    private byte[] in = new byte[0];
    private boolean plain;
    private @Nullable LinkFacts slow;
    private int linkTo;
    private int sealAt;
    private int sealFrom;
    private final int[] position = new int[2];
    private final int[] checkpoint = new int[2];
    private final int[] head = new int[2];

    /** Reads the line {@code [from, to)}; false when it is no line of an export. */
    boolean read(byte[] bytes, int from, int to) {
        in = bytes;
        if (to - from < LINK.length + 2
                || !Arrays.equals(bytes, from, from + LINK.length, LINK, 0, LINK.length)) {
            return false;
        }
        int linkFrom = from + LINK.length;
        slow = null;
        linkTo = hasher.read(bytes, linkFrom, to);
        plain = linkTo >= 0;
        if (!plain) {
            linkTo = JsonSkip.value(bytes, linkFrom, to);
            if (linkTo < 0) {
                return false;
            }
            slow = LinkFacts.of(Arrays.copyOfRange(bytes, linkFrom, linkTo));
            if (slow == null) {
                return false;
            }
        }
        return members(to);
    }

    private boolean members(int to) {
        sealAt = -1;
        sealFrom = -1;
        Arrays.fill(position, -1);
        Arrays.fill(checkpoint, -1);
        Arrays.fill(head, -1);
        int at = linkTo;
        while (at < to && in[at] == ',') {
            int comma = at;
            int keyFrom = at + 2;
            int keyTo = JsonSkip.string(in, at + 1, to) - 1;
            if (keyTo < keyFrom || keyTo + 1 >= to || in[keyTo + 1] != ':') {
                return false;
            }
            int valueFrom = keyTo + 2;
            int valueTo = JsonSkip.value(in, valueFrom, to);
            if (valueTo < 0 || !member(comma, keyFrom, keyTo, valueFrom, valueTo)) {
                return false;
            }
            at = valueTo;
        }
        return at == to - 1 && in[at] == '}';
    }

    private boolean member(int comma, int keyFrom, int keyTo, int from, int to) {
        boolean sealed = sealAt >= 0;
        switch (keyTo - keyFrom) {
            case 4 -> {
                if (isName("seal", keyFrom)) {
                    if (sealed || to - from != SEAL_CHARS + 2) {
                        return false;
                    }
                    sealAt = comma;
                    sealFrom = from + 1;
                    return true;
                }
                if (isName("head", keyFrom)) {
                    return sealed && noted(head, from, to);
                }
                return !sealed;
            }
            case 8 -> {
                return !sealed && (!isName("position", keyFrom) || noted(position, from, to));
            }
            case 10 -> {
                return !sealed && (!isName("checkpoint", keyFrom) || noted(checkpoint, from, to));
            }
            default -> {
                return !sealed;
            }
        }
    }

    private static boolean noted(int[] span, int from, int to) {
        if (span[0] >= 0) {
            return false;
        }
        span[0] = from;
        span[1] = to;
        return true;
    }

    private boolean isName(String name, int from) {
        for (int i = 0; i < name.length(); i++) {
            if (in[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isSelfConsistent() {
        return slow != null ? slow.selfConsistent() : hasher.isSelfConsistent();
    }

    long ordinal() {
        return slow != null ? slow.ordinal() : hasher.ordinal();
    }

    String conversationId() {
        return slow != null
                ? slow.conversationId()
                : ascii(hasher.conversationFrom(), hasher.conversationTo());
    }

    String prevHash() {
        return slow != null
                ? slow.prevHash()
                : ascii(hasher.prevHashFrom(), hasher.prevHashFrom() + SEAL_CHARS);
    }

    String hash() {
        return slow != null
                ? slow.hash()
                : ascii(hasher.hashFrom(), hasher.hashFrom() + SEAL_CHARS);
    }

    /** As {@code hash().getBytes()}, into a place of the caller's. */
    void copyHash(byte[] to) {
        copy(slow == null ? hasher.hashFrom() : -1, slow == null ? "" : slow.hash(), to);
    }

    /** Whether {@code prev_hash} is what stands in {@code hash}. */
    boolean follows(byte[] hash) {
        if (slow != null) {
            return slow.prevHash().equals(new String(hash, StandardCharsets.ISO_8859_1));
        }
        int from = hasher.prevHashFrom();
        return Arrays.equals(in, from, from + SEAL_CHARS, hash, 0, SEAL_CHARS);
    }

    boolean isOf(byte[] conversation) {
        if (slow != null) {
            return Arrays.equals(
                    slow.conversationId().getBytes(StandardCharsets.UTF_8), conversation);
        }
        return Arrays.equals(
                in,
                hasher.conversationFrom(),
                hasher.conversationTo(),
                conversation,
                0,
                conversation.length);
    }

    boolean hasSeal() {
        return sealAt >= 0;
    }

    void copySeal(byte[] to) {
        System.arraycopy(in, sealFrom, to, 0, SEAL_CHARS);
    }

    /** Whether the seal that stands here is the one that follows {@code previous}. */
    boolean sealFollows(byte[] previous, byte[] hash) {
        sha256.update(previous);
        sha256.update(hash);
        sha256.update(in, linkTo, sealAt - linkTo);
        try {
            sha256.digest(computed, 0, computed.length);
        } catch (DigestException e) {
            throw new AssertionError("the buffer has the digest's size", e);
        }
        for (int i = 0; i < computed.length; i++) {
            if (hex(computed[i] >> 4 & 15) != in[sealFrom + 2 * i]
                    || hex(computed[i] & 15) != in[sealFrom + 2 * i + 1]) {
                return false;
            }
        }
        return true;
    }

    /** What the seal covers beside the hashes. */
    String between() {
        return new String(in, linkTo, sealAt - linkTo, StandardCharsets.ISO_8859_1);
    }

    boolean hasHead() {
        return head[0] >= 0;
    }

    boolean hasCheckpoint() {
        return checkpoint[0] >= 0;
    }

    /** Null when it cannot be read. */
    ExportProof.@Nullable SignedHead head() {
        return part(head, ExportProof.SignedHead.class);
    }

    ExportProof.@Nullable Inclusion checkpoint() {
        return part(checkpoint, ExportProof.Inclusion.class);
    }

    ExportProof.@Nullable Position position() {
        return part(position, ExportProof.Position.class);
    }

    private <T> @Nullable T part(int[] span, Class<T> type) {
        if (span[0] < 0) {
            return null;
        }
        try {
            return Json.read(Arrays.copyOfRange(in, span[0], span[1]), type);
        } catch (UnreadableRecordException e) {
            return null;
        }
    }

    private void copy(int from, String text, byte[] to) {
        if (from >= 0) {
            System.arraycopy(in, from, to, 0, SEAL_CHARS);
        } else {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            Arrays.fill(to, (byte) 0);
            System.arraycopy(bytes, 0, to, 0, Math.min(bytes.length, to.length));
        }
    }

    private String ascii(int from, int to) {
        return new String(in, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static int hex(int digit) {
        return digit < 10 ? '0' + digit : 'a' + digit - 10;
    }
}

package dev.parley.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids that are functions of what they name, so that the same thing seen twice is the same thing.
 */
public final class MessageIds {

    private MessageIds() {}

    /**
     * The message that this user means by this {@code client_msg_id}, through whichever gateway and
     * however often it comes: a UUID of version 8 (RFC 9562) over SHA-256.
     */
    public static String of(String userId, String clientMsgId) {
        return derive("message", userId, clientMsgId);
    }

    /** A UUID of version 8 over the parts, which cannot run into one another. */
    public static String derive(String kind, String... parts) {
        MessageDigest sha256 = sha256();
        feed(sha256, kind);
        for (String part : parts) {
            feed(sha256, part);
        }
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
        long high = (digest.getLong() & 0xffff_ffff_ffff_0fffL) | 0x8000L;
        long low = (digest.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private static void feed(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

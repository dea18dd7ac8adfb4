package dev.parley.gateway.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the token of a ticket readable for whoever shows the ticket and for nobody else:
 * AES-256-GCM under a key that is made of the ticket's 192 random bits, of which the log has
 * another hash only. A ticket seals one token, so that its nonce can stand fast.
 */
final class TicketSeal {

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int TAG_BITS = 128;
    private static final byte[] NONCE = new byte[12];

    private final SecretKey key;

    private TicketSeal(SecretKey key) {
        this.key = key;
    }

    static TicketSeal of(String ticket) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("parley ticket token".getBytes(StandardCharsets.US_ASCII));
            byte[] bytes = digest.digest(ticket.getBytes(StandardCharsets.US_ASCII));
            return new TicketSeal(new SecretKeySpec(bytes, "AES"));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    String seal(String token) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, NONCE));
            return Base64.getEncoder()
                    .encodeToString(cipher.doFinal(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a token cannot be sealed", e);
        }
    }

    /** Null when it was sealed for another ticket, or is broken. */
    @Nullable String open(String sealed) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, NONCE));
            byte[] plain = cipher.doFinal(Base64.getDecoder().decode(sealed));
            return StandardCharsets.UTF_8.decode(ByteBuffer.wrap(plain)).toString();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }
}

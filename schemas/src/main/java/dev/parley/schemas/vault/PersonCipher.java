package dev.parley.schemas.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; what is sealed is bound to its context
 * as additional authenticated data, so that a ciphertext moved elsewhere does not open.
 */
public final class PersonCipher {

    /** Bytes of a data key and of the master key. */
    public static final int KEY_BYTES = 32;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random;

    public PersonCipher(SecureRandom random) {
        this.random = random;
    }

    /** A fresh data key. */
    public byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return key;
    }

    /** Wraps a data key for its person; base64. */
    public String wrap(byte[] masterKey, String userId, String keyId, byte[] dataKey) {
        return encrypt(masterKey, wrapContext(userId, keyId), dataKey);
    }

    /**
     * The data key of {@link #wrap}; throws {@link CipherException} for another person, key or
     * master key.
     */
    public byte[] unwrap(byte[] masterKey, String userId, String keyId, String wrapped) {
        return decrypt(masterKey, wrapContext(userId, keyId), wrapped);
    }

    /** Seals a text of this message. */
    public SealedText seal(byte[] dataKey, String keyId, String messageId, String text) {
        return new SealedText(
                keyId, encrypt(dataKey, messageId, text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Opens a text of this message; throws {@link CipherException} when the key or message is
     * another.
     */
    public String open(byte[] dataKey, String messageId, SealedText sealed) {
        return new String(decrypt(dataKey, messageId, sealed.sealed()), StandardCharsets.UTF_8);
    }

    private static String wrapContext(String userId, String keyId) {
        return keyId + "/" + userId;
    }

    private String encrypt(byte[] key, String context, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(plain);
            byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
            System.arraycopy(encrypted, 0, whole, NONCE_BYTES, encrypted.length);
            return Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new CipherException("cannot seal", e);
        }
    }

    private static byte[] decrypt(byte[] key, String context, String sealed) {
        try {
            byte[] whole = Base64.getDecoder().decode(sealed);
            if (whole.length < NONCE_BYTES) {
                throw new CipherException("sealed text is cut", null);
            }
            byte[] nonce = Arrays.copyOf(whole, NONCE_BYTES);
            return cipher(Cipher.DECRYPT_MODE, key, nonce, context)
                    .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CipherException("cannot open: another key, another place, or altered", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String context)
            throws GeneralSecurityException {
        SecretKey secret = new SecretKeySpec(key, "AES");
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, secret, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}

package dev.parley.schemas.vault;

import org.jspecify.annotations.Nullable;

/**
 * A text encrypted with a person's data key.
 *
 * @param keyId which data key
 * @param sealed base64 of a 12-byte nonce and the AES-256-GCM ciphertext of the UTF-8 text
 * @param userId whose data key; null: of the person of the record in which it stands. Words of a
 *     recorded conversation that somebody else runs again stay under the key of whose words they
 *     are, so that their erasure reaches them
 */
public record SealedText(String keyId, String sealed, @Nullable String userId) {

    /** With a key of the person of the record. */
    public SealedText(String keyId, String sealed) {
        this(keyId, sealed, null);
    }

    /** Whose key opens it in a record of {@code recorded}. */
    public String personOr(String recorded) {
        return userId == null ? recorded : userId;
    }
}

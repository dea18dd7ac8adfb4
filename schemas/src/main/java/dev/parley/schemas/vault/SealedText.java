package dev.parley.schemas.vault;

/**
 * A text encrypted with a person's data key.
 *
 * @param keyId which data key
 * @param sealed base64 of a 12-byte nonce and the AES-256-GCM ciphertext of the UTF-8 text
 */
public record SealedText(String keyId, String sealed) {}

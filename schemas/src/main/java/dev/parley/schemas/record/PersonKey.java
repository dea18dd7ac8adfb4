package dev.parley.schemas.record;

import java.time.Instant;

/**
 * A person's data key, wrapped by the master key; topic {@code parley.keys}, key user id. A
 * tombstone destroys it.
 *
 * @param wrapped base64 of nonce and AES-256-GCM ciphertext
 */
public record PersonKey(String userId, String keyId, String wrapped, Instant createdAt)
        implements PipelineEvent {}

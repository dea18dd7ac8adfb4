package dev.parley.audit.proof;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Signing.
 *
 * @param enabled whether this instance makes checkpoints (default true); several may, one at a time
 *     does
 * @param signingKey base64 of the 32-byte seed of an Ed25519 key; without it and without a file,
 *     one that is made of the master key
 * @param signingKeyFile a file that holds the same
 * @param interval between checkpoints while conversations go on (default 10 s)
 * @param headsMax conversations of one checkpoint, which bounds its record; what is more goes into
 *     the next at once, 1 to 5,000 (default 4,000)
 */
@Validated
@ConfigurationProperties("parley.proof")
public record ProofSettings(
        @DefaultValue("true") boolean enabled,
        @Nullable String signingKey,
        @Nullable Path signingKeyFile,
        @DefaultValue("10s") Duration interval,
        @DefaultValue("4000") @Min(1) @Max(5_000) int headsMax) {}

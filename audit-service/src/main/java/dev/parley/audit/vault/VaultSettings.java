package dev.parley.audit.vault;

import jakarta.validation.constraints.NotBlank;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The key above all keys.
 *
 * @param masterKey base64 of 32 bytes, the same as the orchestrator's; no default
 */
@Validated
@ConfigurationProperties("parley")
public record VaultSettings(
        @NotBlank(
                        message =
                                "PARLEY_MASTER_KEY is missing: base64 of 32 bytes, as the orchestrator has it")
                String masterKey) {}

package dev.parley.autoconfigure.jwt;

import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whose tokens are taken.
 *
 * @param secret HS256 secret, at least 32 bytes of UTF-8; either this or {@code jwksUri} is needed
 * @param jwksUri where an issuer publishes its RS, ES or EdDSA keys
 * @param issuer expected {@code iss} (default parley)
 * @param audience expected {@code aud} (default parley)
 * @param leeway how far clocks may differ (default 5 s)
 * @param jwksRefresh how long fetched keys serve; an unknown key id asks at once, but at most every
 *     30 s (default 10 min)
 */
@Validated
@ConfigurationProperties("parley.jwt")
public record JwtSettings(
        @Nullable String secret,
        @Nullable URI jwksUri,
        @DefaultValue("parley") @NotBlank String issuer,
        @DefaultValue("parley") @NotBlank String audience,
        @DefaultValue("5s") Duration leeway,
        @DefaultValue("10m") Duration jwksRefresh) {}

package dev.parley.worker.provider;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * When a provider that keeps failing is not called any more. Counted are answers that it failed
 * before their first token, each once.
 *
 * @param answers newest answers that are looked at (default 20)
 * @param answersMin below so many nothing is decided (default 10)
 * @param failurePercent from which on it is not called, 1 to 100 (default 60)
 * @param openFor how long it is then left alone (default 10 s), and longer if it asked for it by
 *     Retry-After; after that a few answers try whether it is back
 * @param trials how many (default 3)
 * @param restMax longest Retry-After that is honoured (default 5 min)
 */
@Validated
@ConfigurationProperties("parley.breaker")
public record BreakerSettings(
        @DefaultValue("20") @Min(1) @Max(10_000) int answers,
        @DefaultValue("10") @Min(1) @Max(10_000) int answersMin,
        @DefaultValue("60") @Min(1) @Max(100) int failurePercent,
        @DefaultValue("10s") Duration openFor,
        @DefaultValue("3") @Min(1) @Max(100) int trials,
        @DefaultValue("5m") Duration restMax) {}

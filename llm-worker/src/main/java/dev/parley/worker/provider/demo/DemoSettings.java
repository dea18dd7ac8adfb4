package dev.parley.worker.provider.demo;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The pace of the demonstration model.
 *
 * @param tokensPerSecond of one answer, 0 to 100,000 (default 50); 0: as fast as possible
 * @param firstTokenDelay before the first token (default 150 ms)
 */
@Validated
@ConfigurationProperties("parley.demo")
public record DemoSettings(
        @DefaultValue("50") @Min(0) @Max(100_000) int tokensPerSecond,
        @DefaultValue("150ms") Duration firstTokenDelay) {}

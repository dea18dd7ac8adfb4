package dev.parley.orchestrator.stream;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * When a user is blocked whose messages the guard keeps blocking.
 *
 * @param violationsMax blocked messages within the window that block the user, 1 to 1,000; 0
 *     (default): never
 * @param violationsWindow default 1 h
 * @param blockFor how long (default 24 h)
 */
@Validated
@ConfigurationProperties("parley.guard")
public record ViolationSettings(
        @DefaultValue("0") @Min(0) @Max(1_000) int violationsMax,
        @DefaultValue("1h") Duration violationsWindow,
        @DefaultValue("24h") Duration blockFor) {}

package dev.parley.audit.live;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Live lines.
 *
 * @param queue frames that wait for one reader at most; past it the oldest are dropped and counted
 *     (default 1,000)
 * @param patience how long one frame may take before its reader is too slow and is sent away
 *     (default 10 s)
 * @param beat after this much silence the line is told to be alive (default 15 s)
 * @param readersMax readers of this instance at once (default 200)
 */
@Validated
@ConfigurationProperties("parley.live")
public record LiveSettings(
        @DefaultValue("1000") @Min(1) @Max(1_000_000) int queue,
        @DefaultValue("10s") Duration patience,
        @DefaultValue("15s") Duration beat,
        @DefaultValue("200") @Min(0) @Max(100_000) int readersMax) {}

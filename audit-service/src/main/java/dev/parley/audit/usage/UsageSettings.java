package dev.parley.audit.usage;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The sums of charges.
 *
 * @param enabled whether this instance fills them (default true)
 * @param batch charges of one transaction, 1 to 100,000 (default 5,000)
 * @param idle wait when nothing is pending (default 500 ms)
 */
@Validated
@ConfigurationProperties("parley.usage")
public record UsageSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("5000") @Min(1) @Max(100_000) int batch,
        @DefaultValue("500ms") Duration idle) {}

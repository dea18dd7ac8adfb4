package dev.parley.audit.keeping;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Erasure and retention.
 *
 * @param enabled whether this instance sends erasures again and carries out the retention (default
 *     true)
 * @param retention how often the retention looks for what is too old (default 1 h)
 * @param idle how often erasures that the log has not taken are sent again (default 5 s)
 * @param batch conversations that one transaction drops at most (default 500)
 */
@Validated
@ConfigurationProperties("parley.keeping")
public record KeepingSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("1h") Duration retention,
        @DefaultValue("5s") Duration idle,
        @DefaultValue("500") @Min(1) @Max(100_000) int batch) {}

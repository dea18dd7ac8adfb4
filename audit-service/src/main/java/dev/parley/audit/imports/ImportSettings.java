package dev.parley.audit.imports;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Imports.
 *
 * @param bytes of one file at most (default 64 MB)
 * @param messageChars of one message; what is longer is cut and marked (default 200,000)
 * @param partMessages messages of one record of the log (default 100)
 * @param partChars characters of one record of the log, which a broker takes up to 1 MB of (default
 *     200,000)
 */
@Validated
@ConfigurationProperties("parley.imports")
public record ImportSettings(
        @DefaultValue("64MB") DataSize bytes,
        @DefaultValue("200000") @Min(1_000) @Max(200_000) int messageChars,
        @DefaultValue("100") @Min(2) @Max(1_000) int partMessages,
        @DefaultValue("200000") @Min(1_000) @Max(200_000) int partChars) {}

package dev.parley.audit.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;
import org.springframework.validation.annotation.Validated;

/**
 * How the log is taken in.
 *
 * @param enabled whether this instance reads the log at all; without it, it only answers (default
 *     true)
 * @param group prefix of the consumer groups; instances with the same one share the partitions
 *     (default audit)
 * @param readers threads for each of turns and flow, 1 to 64 (default 1); more than partitions idle
 * @param batchRecords records of one transaction at most, 1 to 100,000 (default 4,000)
 * @param batchBytes bytes that one fetch may bring, which with {@code batchRecords} bounds what a
 *     reader holds while PostgreSQL is down (default 16 MB)
 * @param retryMin first wait after PostgreSQL failed; doubles (default 100 ms)
 * @param retryMax longest wait, and so how late its return is noticed (default 2 s)
 * @param statementTimeout after which a batch that PostgreSQL does not finish is tried again
 *     (default 30 s)
 */
@Validated
@ConfigurationProperties("parley.ingest")
public record IngestSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("audit") String group,
        @DefaultValue("1") @Min(1) @Max(64) int readers,
        @DefaultValue("4000") @Min(1) @Max(100_000) int batchRecords,
        @DefaultValue("16MB") @DataSizeUnit(DataUnit.BYTES) DataSize batchBytes,
        @DefaultValue("100ms") Duration retryMin,
        @DefaultValue("2s") Duration retryMax,
        @DefaultValue("30s") Duration statementTimeout) {}

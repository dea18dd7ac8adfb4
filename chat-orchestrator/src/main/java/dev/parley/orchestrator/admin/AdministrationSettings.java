package dev.parley.orchestrator.admin;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.validation.annotation.Validated;

/**
 * How the policy is administered and carried into the log.
 *
 * @param bodyBytesMax largest body of a call (default 1 MiB); the gateway has its own limit
 * @param poll how often the relaying instance looks for changes that another one made (default 200
 *     ms); its own it carries at once
 * @param lease after which a silent instance's relay goes to another (default 5 s)
 * @param batch changes carried in one Kafka transaction at most (default 200)
 * @param retry pause after PostgreSQL or Kafka failed (default 500 ms)
 * @param catalogTolerance how much older than its server a catalogue of tools may seem and still
 *     count as its first one (default 5 s), since two machines' clocks differ
 */
@Validated
@ConfigurationProperties("parley.orchestrator.administration")
record AdministrationSettings(
        @DefaultValue("1048576") @Min(1024) @Max(100_000_000) int bodyBytesMax,
        @DefaultValue("200ms") @DurationUnit(ChronoUnit.MILLIS) Duration poll,
        @DefaultValue("5s") Duration lease,
        @DefaultValue("200") @Min(1) @Max(10_000) int batch,
        @DefaultValue("500ms") @DurationUnit(ChronoUnit.MILLIS) Duration retry,
        @DefaultValue("5s") Duration catalogTolerance) {}

package dev.parley.audit.history;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How much an answer carries.
 *
 * @param linksMax links of one conversation that an answer or a json, markdown or csv export shows;
 *     past it the answer says {@code truncated} (default 20,000). A jsonl export has no end.
 * @param stepsMax checkpoints of one flow (default 2,000)
 * @param titleChars characters of the first message that make a title, 1 to 500 (default 80)
 * @param givenTitleChars characters of a title that its owner gives (default 200)
 * @param bodyBytes bytes of a request body (default 16,384)
 */
@Validated
@ConfigurationProperties("parley.history")
public record HistorySettings(
        @DefaultValue("20000") @Min(1) @Max(1_000_000) int linksMax,
        @DefaultValue("2000") @Min(1) @Max(100_000) int stepsMax,
        @DefaultValue("80") @Min(1) @Max(500) int titleChars,
        @DefaultValue("200") @Min(1) @Max(1_000) int givenTitleChars,
        @DefaultValue("16384") @Min(64) @Max(1_048_576) int bodyBytes) {}

package dev.parley.audit.replay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Replays.
 *
 * @param enabled whether this instance runs conversations again (default true); playing works
 *     anyway
 * @param linksMax links of a conversation that can be replayed, 1 to 100,000 (default 20,000)
 * @param runningMax conversations that are run again at once, 1 to 100 (default 4)
 * @param conversationsMax conversations of one bulk rerun, 1 to 100,000 (default 1,000)
 * @param step between two looks at what runs (default 200 ms)
 * @param patience with a client that does not take its frame (default 30 s)
 * @param answerDeadline after which an answer that did not come is given up (default 10 min)
 */
@Validated
@ConfigurationProperties("parley.replay")
record ReplaySettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("20000") @Min(1) @Max(100_000) int linksMax,
        @DefaultValue("4") @Min(1) @Max(100) int runningMax,
        @DefaultValue("1000") @Min(1) @Max(100_000) int conversationsMax,
        @DefaultValue("200ms") Duration step,
        @DefaultValue("30s") Duration patience,
        @DefaultValue("10m") Duration answerDeadline) {}

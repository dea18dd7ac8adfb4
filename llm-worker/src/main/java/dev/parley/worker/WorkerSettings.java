package dev.parley.worker;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How much this worker takes on, and how it lets go.
 *
 * @param concurrency answers that run at once, 1 to 1,000 (default 64); each is a member of the
 *     share group, whose size the broker bounds ({@code group.share.max.size}, 200 by default)
 * @param attemptsMax how often a job may be delivered before it fails with worker_lost, 1 to 9
 *     (default 9); to be below the broker's {@code group.share.delivery.count.limit} (10 where we
 *     set it, 5 by Kafka's default), after which a job would vanish until its deadline
 * @param drain how long running answers may go on when the worker stops (default 25 s); the rest is
 *     given to other workers
 * @param lockRenewal how often the lock of a running job is renewed; absent or zero (default): a
 *     third of the lock's own duration
 * @param mergeWindow longest time that a token waits for an unacknowledged one of the same answer,
 *     to share its frame with later ones (default 5 ms); 0: one frame a token
 * @param answerCharsMax longest answer, in UTF-16 units (default 1,000,000); a longer one ends with
 *     finish reason length
 * @param heartbeat how often others hear that this worker lives (default 1 s); three of these are
 *     to pass within the orchestrator's {@code parley.takeover.silence}
 * @param stopsMax stops that are remembered for jobs not yet begun (default 10,000)
 * @param stopsBack how far back stops are read at the start (default 10 min)
 */
@Validated
@ConfigurationProperties("parley.worker")
public record WorkerSettings(
        @DefaultValue("64") @Min(1) @Max(1000) int concurrency,
        @DefaultValue("9") @Min(1) @Max(9) int attemptsMax,
        @DefaultValue("25s") Duration drain,
        @DefaultValue("0s") Duration lockRenewal,
        @DefaultValue("5ms") Duration mergeWindow,
        @DefaultValue("1000000") @Min(1000) int answerCharsMax,
        @DefaultValue("1s") Duration heartbeat,
        @DefaultValue("10000") @Min(1) int stopsMax,
        @DefaultValue("10m") Duration stopsBack) {}

package dev.parley.orchestrator.stream;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * When a running answer is given to another worker by the orchestrator. (The share group gives a
 * killed worker's job to another one by itself, mostly sooner.)
 *
 * @param silence without a word from a worker, after which it is taken for lost (default 3 s;
 *     workers speak every second)
 * @param startWait after which a job that no worker has begun, though one had room all the time, is
 *     told again (default 10 s, then twice as long each time)
 * @param takeoversMax how many lost workers one answer outlives, before it ends with worker_lost, 0
 *     to 100 (default 3)
 * @param abandonAfter without any living worker, after which answers end and their holds are
 *     released (default 50 s; with the silence before it less than the minute that is promised)
 */
@Validated
@ConfigurationProperties("parley.takeover")
public record TakeoverSettings(
        @DefaultValue("3s") Duration silence,
        @DefaultValue("10s") Duration startWait,
        @DefaultValue("3") @Min(0) @Max(100) int takeoversMax,
        @DefaultValue("50s") Duration abandonAfter) {}

package dev.parley.gateway.lane;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The pool of reply lanes.
 *
 * @param initial lanes that are ready before the gateway takes connections (default 64)
 * @param max lanes of all gateways of one Kafka cluster together; past it sessions share lanes
 *     (default 1,000; the same on every gateway)
 * @param block lanes that a gateway claims and creates at a time (default 32; the same on every
 *     gateway)
 * @param spare the pool grows when fewer lanes than this, or than a quarter of all, are free
 *     (default 16)
 * @param warm free lanes that are already being fetched, so that the next sessions wait for nothing
 *     (default 8)
 * @param active lanes that one reader fetches at most before it pauses quiet ones at once (default
 *     150)
 * @param linger how long a quiet lane is still fetched (default 30 s)
 * @param fetchWait how long the broker holds a fetch without data; a lane that joins waits for up
 *     to so long (default 50 ms)
 * @param isolation read_committed (default) or read_uncommitted
 */
@Validated
@ConfigurationProperties("parley.lanes")
public record LaneSettings(
        @DefaultValue("64") @Min(1) @Max(30_000) int initial,
        @DefaultValue("1000") @Min(1) @Max(30_000) int max,
        @DefaultValue("32") @Min(1) @Max(1_000) int block,
        @DefaultValue("16") @Min(0) int spare,
        @DefaultValue("8") @Min(0) @Max(100) int warm,
        @DefaultValue("150") @Min(1) int active,
        @DefaultValue("30s") Duration linger,
        @DefaultValue("50ms") Duration fetchWait,
        @DefaultValue("read_committed") @Pattern(regexp = "read_committed|read_uncommitted")
                String isolation) {

    /** How many blocks there may be. */
    int blocks() {
        return (max + block - 1) / block;
    }
}

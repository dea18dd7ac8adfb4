package dev.parley.gateway.log;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How gateways know of one another.
 *
 * @param heartbeat between a gateway's signs of life (default 2 s)
 * @param deadAfter without a sign of life a gateway's sessions and lanes are given up (default 8 s)
 * @param fenceAfter a gateway that could not read the log for so long delivers nothing until it has
 *     caught up (default 3 s)
 * @param startTimeout how long a start waits for the log to be read (default 60 s)
 * @param advertisedUrl where other gateways reach this one; absent (default): not at all
 */
@Validated
@ConfigurationProperties("parley.sessions")
public record SessionLogSettings(
        @DefaultValue("2s") Duration heartbeat,
        @DefaultValue("8s") Duration deadAfter,
        @DefaultValue("3s") Duration fenceAfter,
        @DefaultValue("60s") Duration startTimeout,
        @Nullable URI advertisedUrl) {}

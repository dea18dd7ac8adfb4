package dev.parley.gateway.web;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What a connection may take before it is a client's.
 *
 * @param requestHeadTimeout from the first byte of a request to the last of its headers; past it
 *     408 (default 10 s)
 */
@Validated
@ConfigurationProperties("parley.entrance")
record EntranceSettings(
        @DefaultValue("10s") Duration requestHeadTimeout,
        @DefaultValue("131072") @Min(4096) int sendBufferBytes) {}

package dev.parley.gateway.access;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Single-use tickets for clients that cannot set a header.
 *
 * @param life how long a ticket can be used (default 30 s)
 * @param waitMax how long a handshake waits for the log to say whose use was first (default 3 s)
 * @param openMax tickets of all users that may be open at a time; past it none is given (default
 *     100,000)
 */
@Validated
@ConfigurationProperties("parley.tickets")
record TicketSettings(
        @DefaultValue("30s") Duration life,
        @DefaultValue("3s") Duration waitMax,
        @DefaultValue("100000") @Min(1) int openMax) {}

package dev.parley.gateway.chat;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What one connection may do and cost.
 *
 * @param frameBytesMax longest inbound frame, and body of a posted one (default 65,536)
 * @param badFramesMax bad frames within a minute, the last of which closes with 1008 (default 10)
 * @param framesPerSecondMax inbound frames within a second, past which it closes with 1008 (default
 *     200)
 * @param publishesMax messages that wait for the broker at a time; past it {@code overloaded}
 *     (default 16)
 * @param queueBytesMax characters that wait for a slow socket after tokens were merged; past it
 *     1013 (default 262,144)
 * @param heartbeat between pings of a socket, each a fifth earlier or later (default 25 s)
 * @param pongTimeout a socket that was silent so long after two heartbeats is dead (default 10 s)
 * @param sseKeepAlive between comment lines of a stream (default 15 s)
 * @param closeTimeout a socket that does not end by itself is cut after it (default 5 s)
 * @param perUserMax connections of one user at this gateway; past it 4429 (default 25,000)
 * @param totalMax connections of this gateway; past it 4429 (default 50,000)
 * @param perAddressMax connections of one network address, which is a proxy's where one stands
 *     before the gateway and is not trusted to say whose; past it 4429 (default 25,000)
 * @param drainPerSecond connections that are closed in a second when the gateway stops, which
 *     bounds how many clients come back elsewhere in a second (default 300)
 * @param drainMax a stop takes no longer than this, however many connections there are (default 12
 *     s; less than the process is given to end)
 * @param drainSpread the longest delay that a closed client is asked to wait before it comes back
 *     (default 2 s)
 * @param resumeTimeout how long a client that comes back waits at most; past it 1013, so that it
 *     tries again with the same cursor (default 10 s)
 */
@Validated
@ConfigurationProperties("parley.connections")
public record ConnectionSettings(
        @DefaultValue("65536") @Min(1024) @Max(1 << 20) int frameBytesMax,
        @DefaultValue("10") @Min(1) @Max(1000) int badFramesMax,
        @DefaultValue("200") @Min(1) int framesPerSecondMax,
        @DefaultValue("16") @Min(1) int publishesMax,
        @DefaultValue("262144") @Min(4096) int queueBytesMax,
        @DefaultValue("25s") Duration heartbeat,
        @DefaultValue("10s") Duration pongTimeout,
        @DefaultValue("15s") Duration sseKeepAlive,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("25000") @Min(1) int perUserMax,
        @DefaultValue("50000") @Min(1) int totalMax,
        @DefaultValue("25000") @Min(1) int perAddressMax,
        @DefaultValue("300") @Min(1) int drainPerSecond,
        @DefaultValue("12s") Duration drainMax,
        @DefaultValue("2s") Duration drainSpread,
        @DefaultValue("10s") Duration resumeTimeout) {}

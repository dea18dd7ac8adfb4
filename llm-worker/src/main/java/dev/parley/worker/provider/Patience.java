package dev.parley.worker.provider;

import java.time.Duration;

/**
 * How long a provider is waited for, and how much of it is read.
 *
 * @param connect for the TCP and TLS connection
 * @param firstByte from the request to the first byte of the answer's stream
 * @param idle between two bytes of the stream
 * @param total for the whole answer; the job's deadline applies if it is earlier
 * @param eventBytesMax longest event of the stream, and longest reply that is no stream
 */
public record Patience(
        Duration connect, Duration firstByte, Duration idle, Duration total, int eventBytesMax) {}

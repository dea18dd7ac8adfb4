package dev.parley.gateway.lane;

/**
 * A record of the session's own lease.
 *
 * @param messageId empty: the frame belongs to no message, and ends none
 * @param json the frame's bytes, without cursor
 */
public record LaneFrame(
        long offset, String messageId, int attempt, String worker, String kind, byte[] json) {}

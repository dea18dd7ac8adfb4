package dev.parley.gateway.lane;

/**
 * A record of the session's own lease.
 *
 * @param json the frame's bytes, without cursor
 */
public record LaneFrame(long offset, String messageId, int attempt, String kind, byte[] json) {}

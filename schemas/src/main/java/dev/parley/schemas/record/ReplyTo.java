package dev.parley.schemas.record;

/**
 * Where the frames of an answer go.
 *
 * @param lane number of the lane topic
 * @param epoch of the lane's lease
 */
public record ReplyTo(String sessionId, int lane, int epoch) {}

package dev.parley.schemas.record;

/**
 * Where the frames of an answer go.
 *
 * @param lane number of the lane topic; negative when nobody listens, and then no frame is written
 * @param epoch of the lane's lease
 */
public record ReplyTo(String sessionId, int lane, int epoch) {

    /** Of an answer that is wanted for the record alone. */
    public static final ReplyTo NOBODY = new ReplyTo("nobody", -1, 0);

    /** Whether frames are written at all. */
    public boolean hasListener() {
        return lane >= 0;
    }
}

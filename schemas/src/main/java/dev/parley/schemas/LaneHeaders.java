package dev.parley.schemas;

/**
 * Headers of a lane record, UTF-8 text. The record's key is the session id, its value the client's
 * frame without cursor.
 */
public final class LaneHeaders {

    /** Lease epoch of the lane, decimal; a record of another epoch is a former tenant's. */
    public static final String EPOCH = "epoch";

    /** Message id that the frame belongs to. */
    public static final String MESSAGE = "mid";

    /**
     * Attempt that wrote the frame, decimal from 1; lower than the highest seen of that message:
     * ignored.
     */
    public static final String ATTEMPT = "attempt";

    /**
     * Who wrote a worker's frame: of two workers that have the same attempt, the one whose record
     * came first is followed. Absent on the orchestrator's frames.
     */
    public static final String WORKER = "worker";

    /** Frame type, so that a reader need not parse the value. */
    public static final String KIND = "kind";

    private LaneHeaders() {}
}

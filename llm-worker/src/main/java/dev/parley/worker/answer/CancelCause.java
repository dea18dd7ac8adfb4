package dev.parley.worker.answer;

/** Why a running answer is to end before its provider does. */
public enum CancelCause {
    /** The user, or a revoked right, stopped it: it completes as stopped. */
    STOPPED,
    /** Another worker has the answer, by the orchestrator's word: nothing more is published. */
    VOID,
    /** This worker stops: another one takes the job over. */
    DRAINED
}

package dev.parley.orchestrator.policy;

/** A policy file that does not count; the message is one sentence that begins with the path. */
public final class InvalidPolicyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidPolicyException(String path, String reason) {
        super(path + ": " + reason);
    }
}

package dev.parley.orchestrator.policy;

/**
 * A policy, or one subject of it, that does not count; the message is one sentence that begins with
 * the path.
 */
public final class InvalidPolicyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;

    public InvalidPolicyException(String path, String reason) {
        super(path.isEmpty() ? reason : path + ": " + reason);
        this.path = path;
    }

    /** The field, for example {@code limits.cost_per_day}; empty for the whole. */
    public String path() {
        return path;
    }
}

package dev.parley.orchestrator.admin;

import org.jspecify.annotations.Nullable;

/**
 * A change that does not go with what stands; the message is for the client. Carries the current
 * version where a stale or missing one is the reason.
 */
final class ConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Long version;

    ConflictException(String message) {
        super(message);
        this.version = null;
    }

    private ConflictException(String message, long version) {
        super(message);
        this.version = version;
    }

    /** The client has seen another version, or did not say which. */
    static ConflictException stale(String subject, @Nullable Long seen, long version) {
        return new ConflictException(
                seen == null
                        ? subject + " exists; its version is needed to change it."
                        : subject + " has version " + version + " now, not " + seen + ".",
                version);
    }

    @Nullable Long version() {
        return version;
    }
}

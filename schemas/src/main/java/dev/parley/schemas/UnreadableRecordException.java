package dev.parley.schemas;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are no record of the expected kind: poison, which goes to the dead-letter topic and
 * never stops a reader.
 */
public final class UnreadableRecordException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnreadableRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

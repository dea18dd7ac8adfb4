package dev.parley.schemas.vault;

import org.jspecify.annotations.Nullable;

/** A text or key that cannot be sealed or opened. */
public final class CipherException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CipherException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.parley.worker.provider;

import dev.parley.schemas.frame.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A provider did not do its part. {@link #publicText()} is for the person who asked; the message
 * and the cause are for the log and never leave the worker.
 */
public final class ProviderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String publicText;
    private final boolean worthRetrying;
    private final @Nullable Duration retryAfter;

    private ProviderException(
            ErrorCode code,
            String publicText,
            boolean worthRetrying,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(code.code() + ": " + publicText, cause);
        this.code = code;
        this.publicText = publicText;
        this.worthRetrying = worthRetrying;
        this.retryAfter = retryAfter;
    }

    /** The same call would fail again. */
    public static ProviderException lasting(ErrorCode code, String publicText) {
        return new ProviderException(code, publicText, false, null, null);
    }

    /** The same call may succeed, as long as no token came. */
    public static ProviderException passing(
            ErrorCode code, String publicText, @Nullable Throwable cause) {
        return new ProviderException(code, publicText, true, null, cause);
    }

    /** As {@link #passing}, and the provider said when to come back. */
    public static ProviderException busy(String publicText, @Nullable Duration retryAfter) {
        return new ProviderException(ErrorCode.UPSTREAM_ERROR, publicText, true, retryAfter, null);
    }

    /** The stream was cut or closed before the provider said that it finished. */
    public static ProviderException incomplete(@Nullable Throwable cause) {
        return new ProviderException(
                ErrorCode.UPSTREAM_INCOMPLETE,
                "The model's answer was cut off before it was complete.",
                true,
                null,
                cause);
    }

    /** A time-out; {@code what} completes "The model did not …". */
    public static ProviderException timeout(String what) {
        return new ProviderException(
                ErrorCode.UPSTREAM_TIMEOUT, "The model did not " + what + ".", false, null, null);
    }

    public ErrorCode code() {
        return code;
    }

    public String publicText() {
        return publicText;
    }

    public boolean worthRetrying() {
        return worthRetrying;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}

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
    private final Remedy remedy;
    private final @Nullable Duration retryAfter;

    /** What may help, as long as no token came. */
    private enum Remedy {
        /** The same call again, or the next provider. */
        AGAIN,
        /** The next provider; the same would fail again. */
        ELSEWHERE,
        /** Nothing: it is the question that is refused. */
        NONE
    }

    private ProviderException(
            ErrorCode code,
            String publicText,
            Remedy remedy,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(code.code() + ": " + publicText, cause);
        this.code = code;
        this.publicText = publicText;
        this.remedy = remedy;
        this.retryAfter = retryAfter;
    }

    /** The same call would fail again at this provider. */
    public static ProviderException lasting(ErrorCode code, String publicText) {
        return new ProviderException(code, publicText, Remedy.ELSEWHERE, null, null);
    }

    /** No provider would do better. */
    public static ProviderException refused(ErrorCode code, String publicText) {
        return new ProviderException(code, publicText, Remedy.NONE, null, null);
    }

    /** The same call may succeed, as long as no token came. */
    public static ProviderException passing(
            ErrorCode code, String publicText, @Nullable Throwable cause) {
        return new ProviderException(code, publicText, Remedy.AGAIN, null, cause);
    }

    /** As {@link #passing}, and the provider said when to come back. */
    public static ProviderException busy(String publicText, @Nullable Duration retryAfter) {
        return new ProviderException(
                ErrorCode.UPSTREAM_ERROR, publicText, Remedy.AGAIN, retryAfter, null);
    }

    /** The stream was cut or closed before the provider said that it finished. */
    public static ProviderException incomplete(@Nullable Throwable cause) {
        return new ProviderException(
                ErrorCode.UPSTREAM_INCOMPLETE,
                "The model's answer was cut off before it was complete.",
                Remedy.AGAIN,
                null,
                cause);
    }

    /** A time-out; {@code what} completes "The model did not …". */
    public static ProviderException timeout(String what) {
        return new ProviderException(
                ErrorCode.UPSTREAM_TIMEOUT,
                "The model did not " + what + ".",
                Remedy.ELSEWHERE,
                null,
                null);
    }

    public ErrorCode code() {
        return code;
    }

    public String publicText() {
        return publicText;
    }

    /** Whether the same call may succeed. */
    public boolean worthRetrying() {
        return remedy == Remedy.AGAIN;
    }

    /** Whether another provider may do better. */
    public boolean worthAnotherRoute() {
        return remedy != Remedy.NONE;
    }

    /** Whether it speaks against the provider, and not against the question. */
    boolean isProvidersFault() {
        return remedy == Remedy.AGAIN || code == ErrorCode.UPSTREAM_TIMEOUT;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}

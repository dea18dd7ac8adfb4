package dev.parley.gateway.openai;

import dev.parley.schemas.frame.ErrorCode;
import org.jspecify.annotations.Nullable;

/** A completion that fails before its answer begins; the message is for the caller. */
final class CompletionRefusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable Long retryAfterS;

    CompletionRefusal(ErrorCode code, String message) {
        this(code, message, null);
    }

    CompletionRefusal(ErrorCode code, String message, @Nullable Long retryAfterS) {
        super(message);
        this.code = code;
        this.retryAfterS = retryAfterS;
    }

    ErrorCode code() {
        return code;
    }

    @Nullable Long retryAfterS() {
        return retryAfterS;
    }
}

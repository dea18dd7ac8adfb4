package dev.parley.schemas.frame;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Every way in which a request can fail, with the HTTP status and whether asking again can help.
 */
public enum ErrorCode {
    /** Not a JSON object, a field of the wrong kind, a field twice, nesting deeper than 32. */
    BAD_FRAME(400, false),
    /** A {@code type} that no frame has. */
    UNKNOWN_TYPE(400, false),
    /** No text, or white space alone. */
    EMPTY_MESSAGE(400, false),
    /** Over the role's or the system's maximum. */
    MESSAGE_TOO_LONG(413, false),
    /** No, bad or expired token; a login helps. */
    UNAUTHENTICATED(401, false),
    /** The role lacks the right. */
    FORBIDDEN(403, false),
    /** The user is blocked. */
    BLOCKED(403, false),
    /** Absent, or somebody else's. */
    NOT_FOUND(404, false),
    /**
     * The same {@code client_msg_id} with another text; a stale version in an administration call.
     */
    CONFLICT(409, false),
    /** The model is not among those that the user may call. */
    MODEL_NOT_ALLOWED(403, false),
    /** Requests or tokens per window; retry after {@code retry_after_s}. */
    RATE_LIMITED(429, true),
    /** Too many answers at once; retry when one ends. */
    CONCURRENCY_LIMIT(429, true),
    /** Tokens or cost per period; retry at {@code limit.resets_at}. */
    BUDGET_EXHAUSTED(402, true),
    /** The system refuses new work; retry after {@code retry_after_s}. */
    OVERLOADED(503, true),
    /** A part that this needs is down. */
    UNAVAILABLE(503, true),
    /** The model provider failed. */
    UPSTREAM_ERROR(502, true),
    /** The model provider was silent. */
    UPSTREAM_TIMEOUT(504, true),
    /** The model provider's stream was cut. */
    UPSTREAM_INCOMPLETE(502, true),
    /** Taken over as often as allowed, and lost again. */
    WORKER_LOST(503, true),
    /** No terminal within the answer's deadline. */
    DEADLINE_EXCEEDED(504, true),
    /** The cursor is gone. */
    RESUME_EXPIRED(410, false),
    /** Ours; carries a reference, never an exception's text. */
    INTERNAL(500, true);

    private final int httpStatus;
    private final boolean retryable;
    private final String code;

    ErrorCode(int httpStatus, boolean retryable) {
        this.httpStatus = httpStatus;
        this.retryable = retryable;
        this.code = name().toLowerCase(Locale.ROOT);
    }

    /** As it stands on the wire, for example {@code rate_limited}. */
    @JsonValue
    public String code() {
        return code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same request can succeed later without a change of its own. */
    public boolean retryable() {
        return retryable;
    }

    /** The constant of a wire code; throws {@link IllegalArgumentException} for any other text. */
    @JsonCreator
    public static ErrorCode of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}

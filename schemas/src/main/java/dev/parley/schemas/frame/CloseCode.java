package dev.parley.schemas.frame;

/**
 * WebSocket close codes (RFC 6455 section 7.4; 4000 and up are ours) and what a client does next.
 */
public enum CloseCode {
    NORMAL(1000, Next.STOP, "closed"),
    GOING_AWAY(1001, Next.STOP, "going away"),
    PROTOCOL_ERROR(1002, Next.STOP, "protocol error"),
    BINARY(1003, Next.STOP, "text frames only"),
    NOT_UTF8(1007, Next.STOP, "not UTF-8"),
    BAD_FRAMES(1008, Next.STOP, "too many bad frames"),
    TOO_BIG(1009, Next.STOP, "frame too big"),
    DRAINED(1012, Next.RECONNECT, "service restart"),
    TOO_SLOW(1013, Next.RECONNECT_LATER, "try again later"),
    TOKEN_EXPIRED(4401, Next.REFRESH_TOKEN, "token expired or revoked"),
    BLOCKED(4403, Next.STOP, "blocked"),
    TAKEN_OVER(4409, Next.STOP, "the session went on elsewhere"),
    TOO_MANY_CONNECTIONS(4429, Next.RECONNECT_LATER, "too many connections");

    /** What a client does after the close. */
    public enum Next {
        STOP,
        RECONNECT,
        RECONNECT_LATER,
        REFRESH_TOKEN
    }

    private final int code;
    private final Next next;
    private final String reason;

    CloseCode(int code, Next next, String reason) {
        this.code = code;
        this.next = next;
        this.reason = reason;
    }

    public int code() {
        return code;
    }

    public Next next() {
        return next;
    }

    /** The close frame's reason text, at most 123 bytes. */
    public String reason() {
        return reason;
    }
}

package dev.parley.gateway.access;

import dev.parley.schemas.frame.ErrorCode;

/** The caller is not let in; the message is for the caller and says no more than it must. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String detail;

    public RefusedException(ErrorCode code, String detail) {
        super(detail);
        this.code = code;
        this.detail = detail;
    }

    public ErrorCode code() {
        return code;
    }

    public String detail() {
        return detail;
    }
}

package dev.parley.autoconfigure.web;

import dev.parley.schemas.frame.ErrorCode;

/** A request that ends in a problem answer; the message is for the client and safe to show. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String detail;

    public ProblemException(ErrorCode code, String message) {
        super(message);
        this.code = code;
        this.detail = message;
    }

    public ErrorCode code() {
        return code;
    }

    public String detail() {
        return detail;
    }
}

package dev.parley.cli;

import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;

/** The server answered a request with an error. */
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final ErrorCode code;

    RefusedException(int status, ErrorCode code, String detail) {
        super(detail);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    ErrorCode code() {
        return code;
    }
}

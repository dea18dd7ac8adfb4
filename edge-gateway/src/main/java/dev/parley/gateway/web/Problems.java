package dev.parley.gateway.web;

import dev.parley.autoconfigure.web.ProblemAnswers;
import dev.parley.gateway.access.RefusedException;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/** Problem answers where no controller is involved. */
final class Problems {

    private static final int RETRY_AFTER_S = 1;

    private Problems() {}

    static void write(HttpServletResponse response, RefusedException refused) throws IOException {
        write(response, refused.code(), refused.code().httpStatus(), refused.detail());
    }

    static void write(HttpServletResponse response, ErrorCode code, String detail)
            throws IOException {
        write(response, code, code.httpStatus(), detail);
    }

    static void write(HttpServletResponse response, ErrorCode code, int status, String detail)
            throws IOException {
        if (response.isCommitted()) {
            return;
        }
        ProblemDetail problem =
                ProblemAnswers.problem(code, HttpStatusCode.valueOf(status), detail);
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader("Cache-Control", "no-store");
        if (status == 401) {
            response.setHeader("WWW-Authenticate", "Bearer");
        }
        if (status == 503 || status == 429) {
            response.setHeader("Retry-After", Integer.toString(RETRY_AFTER_S));
        }
        response.getOutputStream().write(Json.write(problem));
    }
}

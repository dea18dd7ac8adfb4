package dev.parley.autoconfigure.web;

import dev.parley.schemas.frame.ErrorCode;
import java.net.URI;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * RFC 9457 answers, each with its {@code code}; what is not foreseen carries a reference into the
 * log, never its text.
 */
@RestControllerAdvice
public class ProblemAnswers extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAnswers.class);

    private final Random random = new Random();

    @ExceptionHandler
    ResponseEntity<Object> known(ProblemException e) {
        return answer(e.code(), HttpStatusCode.valueOf(e.code().httpStatus()), e.detail());
    }

    /** Null, which ends it, where nobody is left to be answered: a client may go at any time. */
    @ExceptionHandler
    @Nullable ResponseEntity<Object> unforeseen(Exception e) {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            LOG.debug("a client is gone", e);
            return null;
        }
        String reference = HexFormat.of().toHexDigits(random.nextLong());
        LOG.error("reference {}", reference, e);
        return answer(
                ErrorCode.INTERNAL,
                HttpStatusCode.valueOf(ErrorCode.INTERNAL.httpStatus()),
                "Something failed on our side; reference " + reference + ".");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e,
            @Nullable Object body,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ErrorCode code =
                switch (status.value()) {
                    case 401 -> ErrorCode.UNAUTHENTICATED;
                    case 403 -> ErrorCode.FORBIDDEN;
                    case 404 -> ErrorCode.NOT_FOUND;
                    case 413 -> ErrorCode.MESSAGE_TOO_LONG;
                    case 503 -> ErrorCode.UNAVAILABLE;
                    default -> status.is5xxServerError() ? ErrorCode.INTERNAL : ErrorCode.BAD_FRAME;
                };
        String detail =
                body instanceof ProblemDetail problem && problem.getDetail() != null
                        ? problem.getDetail()
                        : "The request is not as expected.";
        ResponseEntity<Object> answer = answer(code, status, detail);
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(answer.getBody());
    }

    /** The body of a problem, for filters, which answer before a controller is chosen. */
    public static ProblemDetail problem(ErrorCode code, HttpStatusCode status, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("about:blank"));
        problem.setProperty("code", code.code());
        problem.setProperty("retryable", code.retryable());
        return problem;
    }

    private static ResponseEntity<Object> answer(
            ErrorCode code, HttpStatusCode status, String detail) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem(code, status, detail));
    }
}

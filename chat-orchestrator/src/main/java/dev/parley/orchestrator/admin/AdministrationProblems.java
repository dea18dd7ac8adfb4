package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemAnswers;
import dev.parley.orchestrator.policy.InvalidPolicyException;
import dev.parley.schemas.frame.ErrorCode;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What can be wrong with a call of the administration, in words for whoever made it. */
@RestControllerAdvice(basePackageClasses = AdministrationProblems.class)
@ConditionalOnDatabase
@Order(Ordered.HIGHEST_PRECEDENCE)
class AdministrationProblems {

    private static final Logger LOG = LoggerFactory.getLogger(AdministrationProblems.class);

    private final PolicySchema schema;

    AdministrationProblems(PolicySchema schema) {
        this.schema = schema;
    }

    /** Says which field and why. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalid(InvalidPolicyException e) {
        return answer(
                ErrorCode.BAD_FRAME,
                String.valueOf(e.getMessage()),
                problem -> {
                    if (!e.path().isEmpty()) {
                        problem.setProperty("field", e.path());
                    }
                });
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> conflict(ConflictException e) {
        return answer(
                ErrorCode.CONFLICT,
                String.valueOf(e.getMessage()),
                problem -> {
                    if (e.version() != null) {
                        problem.setProperty("version", e.version());
                    }
                });
    }

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessException.class,
        TransactionException.class
    })
    ResponseEntity<ProblemDetail> down(RuntimeException e) {
        LOG.warn("a call found no database: {}", PolicySchema.rootOf(e).toString());
        return answer(
                ErrorCode.UNAVAILABLE,
                "The policy cannot be administered at the moment; the one in force stays.",
                problem -> {});
    }

    /** Before the first migration there are no tables to ask. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> other(DataAccessException e) {
        if (!schema.isReady() || lostConnection(e)) {
            return down(e);
        }
        throw e;
    }

    private static boolean lostConnection(DataAccessException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && (sql.getSQLState().startsWith("08") || sql.getSQLState().startsWith("57"))) {
                return true;
            }
        }
        return false;
    }

    private static ResponseEntity<ProblemDetail> answer(
            ErrorCode code, String detail, Consumer<ProblemDetail> more) {
        HttpStatusCode status = HttpStatusCode.valueOf(code.httpStatus());
        ProblemDetail problem = ProblemAnswers.problem(code, status, detail);
        more.accept(problem);
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}

package dev.parley.audit.web;

import dev.parley.audit.store.SchemaMigration;
import dev.parley.autoconfigure.web.ProblemAnswers;
import dev.parley.schemas.frame.ErrorCode;
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

/** PostgreSQL that does not answer is {@code unavailable}, not a fault of ours. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class DatabaseProblems {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProblems.class);

    private final SchemaMigration schema;

    DatabaseProblems(SchemaMigration schema) {
        this.schema = schema;
    }

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessException.class,
        TransactionException.class
    })
    ResponseEntity<ProblemDetail> down(RuntimeException e) {
        LOG.warn("a query found no database: {}", e.getClass().getSimpleName());
        HttpStatusCode status = HttpStatusCode.valueOf(ErrorCode.UNAVAILABLE.httpStatus());
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(
                        ProblemAnswers.problem(
                                ErrorCode.UNAVAILABLE,
                                status,
                                "The record cannot be read at the moment; nothing is lost."));
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
            if (cause instanceof org.hibernate.TransactionException) {
                // Neither committed nor rolled back: the connection is gone, whatever it says.
                return true;
            }
            if (cause instanceof java.sql.SQLException sql
                    && sql.getSQLState() != null
                    && (sql.getSQLState().startsWith("08") || sql.getSQLState().startsWith("57"))) {
                return true;
            }
        }
        return false;
    }
}

package dev.parley.cli;

import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import org.jspecify.annotations.Nullable;

/** Errors in plain words: what happened comes from the server, what to do about it from here. */
final class Advice {

    private Advice() {}

    /** One line: the text, the code, what to do. */
    static String of(ServerFrame.Failure failure) {
        StringBuilder line =
                new StringBuilder(failure.error())
                        .append(" [")
                        .append(failure.code().code())
                        .append(']');
        ServerFrame.@Nullable LimitState limit = failure.limit();
        if (limit != null) {
            line.append(' ').append(of(limit));
        }
        line.append(' ').append(next(failure.code(), failure.retryAfterS()));
        if (Boolean.TRUE.equals(failure.partial())) {
            line.append(" The text above is not complete.");
        }
        return line.toString();
    }

    static String of(RefusedException refused) {
        String text = refused.getMessage();
        return (text == null || text.isBlank() ? "The server refused." : text)
                + " ["
                + refused.code().code()
                + "] "
                + next(refused.code(), null);
    }

    /** For example {@code tokens_per_day: 1200 of 1000000, free again at 2026-11-23T00:00:00Z.} */
    static String of(ServerFrame.LimitState limit) {
        String line =
                limit.name()
                        + ": "
                        + limit.used().toPlainString()
                        + " of "
                        + limit.max().toPlainString();
        return limit.resetsAt() == null
                ? line + "."
                : line + ", free again at " + limit.resetsAt() + ".";
    }

    static String next(ErrorCode code, @Nullable Long retryAfterS) {
        return switch (code) {
            case BAD_FRAME, UNKNOWN_TYPE ->
                    "Client and server do not fit together; update this client.";
            case EMPTY_MESSAGE -> "Write something.";
            case MESSAGE_TOO_LONG -> "Shorten the message.";
            case UNAUTHENTICATED -> "Sign in again: check --user and --password, or --token.";
            case FORBIDDEN -> "Your role does not allow this; ask your administrator.";
            case BLOCKED -> "Your account is blocked; ask your administrator.";
            case NOT_FOUND ->
                    "It does not exist or is not yours; /history lists your conversations.";
            case CONFLICT -> "It was sent before with another text.";
            case MODEL_NOT_ALLOWED -> "Choose another model with --model.";
            case RATE_LIMITED, OVERLOADED ->
                    retryAfterS == null
                            ? "Wait a moment and ask again."
                            : "Ask again in " + retryAfterS + " s.";
            case CONCURRENCY_LIMIT -> "Wait until one of your answers ends.";
            case BUDGET_EXHAUSTED -> "Your budget of this period is used up.";
            case UNAVAILABLE -> "A part of the service is down; ask again in a moment.";
            case UPSTREAM_ERROR, UPSTREAM_TIMEOUT, UPSTREAM_INCOMPLETE ->
                    "The model provider failed; ask again, or choose another model.";
            case WORKER_LOST, DEADLINE_EXCEEDED -> "Ask again.";
            case RESUME_EXPIRED -> "You were away for too long to catch up live.";
            case INTERNAL ->
                    "A fault on the server; ask again, and report the reference if it comes back.";
        };
    }

    static String of(CloseCode code) {
        return switch (code) {
            case NORMAL, GOING_AWAY -> "The server closed the connection.";
            case PROTOCOL_ERROR, BINARY, NOT_UTF8, BAD_FRAMES ->
                    "The server did not understand this client.";
            case TOO_BIG -> "The message was too big for the connection.";
            case DRAINED -> "The service restarts.";
            case TOO_SLOW -> "This terminal reads too slowly, or the service is full.";
            case TOKEN_EXPIRED -> "The sign-in has ended.";
            case BLOCKED -> "Your account is blocked; ask your administrator.";
            case TAKEN_OVER -> "This conversation goes on elsewhere.";
            case TOO_MANY_CONNECTIONS -> "You have too many connections open.";
        };
    }
}

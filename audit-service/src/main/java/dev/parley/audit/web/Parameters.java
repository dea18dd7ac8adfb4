package dev.parley.audit.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks parameters; each method answers {@code bad_frame} with the parameter's name. */
public final class Parameters {

    public static final int LIMIT_MIN = 1;
    public static final int LIMIT_MAX = 200;
    public static final int LIMIT_DEFAULT = 50;
    public static final int PARAMETER_CHARS_MAX = 500;

    private Parameters() {}

    /** The id in the form that the record has it in: lower case. */
    public static String uuid(String name, String text) {
        try {
            String canonical = UUID.fromString(text).toString();
            if (canonical.equalsIgnoreCase(text)) {
                return canonical;
            }
        } catch (IllegalArgumentException e) {
            // Answered below, as a shortened form is.
        }
        throw bad(name + " must be a UUID.");
    }

    public static int limit(int limit) {
        if (limit < LIMIT_MIN || limit > LIMIT_MAX) {
            throw bad("limit must be in " + LIMIT_MIN + ".." + LIMIT_MAX + ".");
        }
        return limit;
    }

    /** The parameter {@code limit}, 50 without one. */
    public static int limit(Map<String, String> parameters) {
        String text = parameters.get("limit");
        if (text == null || text.isEmpty()) {
            return LIMIT_DEFAULT;
        }
        try {
            return limit(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw bad("limit must be in " + LIMIT_MIN + ".." + LIMIT_MAX + ".");
        }
    }

    /**
     * An RFC 3339 time; a plus that a client forgot to encode, and that reads as a space, passes.
     */
    public static @Nullable Instant time(String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            if (Math.abs(time.atOffset(ZoneOffset.UTC).getYear()) > 9999) {
                throw bad(name + " is out of range.");
            }
            return time;
        } catch (DateTimeException e) {
            throw bad(name + " must be an RFC 3339 time, for example 2026-01-31T09:00:00Z.");
        }
    }

    /** A filter's text; empty is none. */
    public static @Nullable String filter(String name, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        if (text.length() > PARAMETER_CHARS_MAX) {
            throw bad(name + " has more than " + PARAMETER_CHARS_MAX + " characters.");
        }
        return withoutNul(name, text);
    }

    static String withoutNul(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw bad(name + " contains a NUL.");
        }
        return text;
    }

    public static ProblemException bad(String detail) {
        return new ProblemException(ErrorCode.BAD_FRAME, detail);
    }
}

package dev.parley.audit.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A place in a list that is ordered by time and id: the last row that was shown. Opaque to clients:
 * base64url of {@code microseconds/id}.
 */
public record Cursor(Instant at, String id) {

    public String encoded() {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((micros + "/" + id).getBytes(StandardCharsets.UTF_8));
    }

    /** The id of a list whose ids are numbers. */
    public long number() {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw Parameters.bad("after is not a cursor of this list.");
        }
    }

    /** Null for no cursor; a problem for one that was not made here. */
    public static @Nullable Cursor decoded(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            int slash = plain.indexOf('/');
            Instant at =
                    Instant.EPOCH.plus(
                            Long.parseLong(plain.substring(0, slash)), ChronoUnit.MICROS);
            return new Cursor(at, Parameters.withoutNul("after", plain.substring(slash + 1)));
        } catch (RuntimeException e) {
            throw new ProblemException(ErrorCode.BAD_FRAME, "after is not a cursor of this list.");
        }
    }
}

package dev.parley.gateway.chat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A frame as the client gets it.
 *
 * @param kind its type
 * @param messageId the answer it belongs to; null: none
 * @param json the whole frame, with its cursor
 * @param cursor null: nothing can be resumed from it
 */
public record OutFrame(
        String kind, @Nullable String messageId, String json, @Nullable String cursor) {

    static final String TOKEN = "token";

    /** A frame of the gateway's own. */
    static OutFrame of(String kind, ServerFrame frame) {
        return new OutFrame(kind, null, Json.writeText(frame), null);
    }

    /** The frame's bytes as they came, with the cursor put in before the last brace. */
    static OutFrame withCursor(
            String kind, @Nullable String messageId, String json, String cursor) {
        int brace = json.lastIndexOf('}');
        String whole =
                new StringBuilder(json.length() + cursor.length() + 12)
                        .append(json, 0, brace)
                        .append(",\"cursor\":\"")
                        .append(cursor)
                        .append("\"}")
                        .toString();
        return new OutFrame(kind, messageId, whole, cursor);
    }

    static OutFrame fromLane(String kind, String messageId, byte[] json, String cursor) {
        return withCursor(kind, messageId, new String(json, StandardCharsets.UTF_8), cursor);
    }
}

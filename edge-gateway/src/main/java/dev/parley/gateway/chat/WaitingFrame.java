package dev.parley.gateway.chat;

import dev.parley.gateway.lane.Cursor;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A frame that is not yet written. Its cursor is put in when it is, since tokens may be merged
 * before.
 *
 * @param kind its type
 * @param messageId the answer it belongs to; null: none
 * @param json without the cursor
 * @param position after this frame; null: nothing can be resumed from it
 * @param firstOffset where the answer began in the lane; −1: not of the lane
 * @param merged how many more tokens of the lane it holds than one
 */
record WaitingFrame(
        String kind,
        @Nullable String messageId,
        String json,
        @Nullable Cursor position,
        long firstOffset,
        int merged) {

    static final String TOKEN = "token";

    /** A frame of the gateway's own. */
    static WaitingFrame of(String kind, ServerFrame frame) {
        return new WaitingFrame(kind, null, Json.writeText(frame), null, -1, 0);
    }

    /** A frame of the gateway's own from which a client can resume. */
    static WaitingFrame of(
            String kind, @Nullable String messageId, ServerFrame frame, Cursor position) {
        return new WaitingFrame(kind, messageId, Json.writeText(frame), position, -1, 0);
    }

    static WaitingFrame ofLane(
            String kind, String messageId, byte[] json, Cursor position, long firstOffset) {
        return new WaitingFrame(
                kind,
                messageId,
                new String(json, StandardCharsets.UTF_8),
                position,
                firstOffset,
                0);
    }

    boolean isToken() {
        return kind.equals(TOKEN);
    }

    /** With the cursor before the last brace; the bytes are otherwise the lane's. */
    OutFrame rendered() {
        if (position == null) {
            return new OutFrame(kind, messageId, json, null);
        }
        String cursor = position.text();
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
}

package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads what a server sent, which may be newer than this client. */
final class FrameReader {

    private FrameReader() {}

    /**
     * Null for a frame of a newer server, which a client passes over; an error with a newer code
     * still is an end.
     */
    static @Nullable ServerFrame read(JsonNode node) {
        try {
            return Json.mapper().treeToValue(node, ServerFrame.class);
        } catch (JacksonException e) {
            return node.path("type").asString("").equals("error") ? unknownFailure(node) : null;
        }
    }

    private static ServerFrame.Failure unknownFailure(JsonNode node) {
        return new ServerFrame.Failure(
                node.path("message_id").asString(null),
                node.path("client_msg_id").asString(null),
                node.path("error").asString(""),
                ErrorCode.INTERNAL,
                node.path("retryable").asBoolean(false),
                null,
                null,
                null);
    }
}

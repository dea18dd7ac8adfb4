package dev.parley.gateway.chat;

import dev.parley.schemas.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Merges tokens of one answer that wait in a row for a slow socket. This, and the renumbering that
 * follows from it, are the only places where the gateway reads a frame of an answer.
 */
final class TokenMerge {

    /** Longest merged frame, in characters. */
    private static final int FRAME_CHARS_MAX = 16_384;

    private TokenMerge() {}

    /** Takes the first frame of the queue, together with those that can be merged into it. */
    static WaitingFrame take(Deque<WaitingFrame> queue) {
        WaitingFrame first = queue.remove();
        if (!fits(first, first.json().length(), queue.peek())) {
            return first;
        }
        ObjectNode frame = (ObjectNode) Json.mapper().readTree(first.json());
        StringBuilder text = new StringBuilder(text(frame));
        WaitingFrame last = first;
        int merged = first.merged();
        while (fits(first, text.length(), queue.peek())) {
            last = queue.remove();
            merged += 1 + last.merged();
            text.append(text(Json.mapper().readTree(last.json())));
        }
        frame.put("text", text.toString());
        return new WaitingFrame(
                first.kind(),
                first.messageId(),
                Json.writeText(frame),
                last.position(),
                first.firstOffset(),
                merged);
    }

    /** Merges all that can be merged, in place of the queue. */
    static Deque<WaitingFrame> compact(Deque<WaitingFrame> queue) {
        Deque<WaitingFrame> compacted = new ArrayDeque<>();
        while (!queue.isEmpty()) {
            compacted.add(take(queue));
        }
        return compacted;
    }

    private static boolean fits(WaitingFrame first, int chars, @Nullable WaitingFrame next) {
        return next != null
                && first.isToken()
                && next.isToken()
                && first.messageId() != null
                && Objects.equals(next.messageId(), first.messageId())
                && chars + next.json().length() < FRAME_CHARS_MAX;
    }

    private static String text(JsonNode frame) {
        return frame.path("text").asString("");
    }
}

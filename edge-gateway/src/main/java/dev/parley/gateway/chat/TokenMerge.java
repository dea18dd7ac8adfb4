package dev.parley.gateway.chat;

import dev.parley.schemas.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Merges tokens of one answer that wait in a row for a slow socket. {@code seq} stays dense for the
 * client: from the first merge on the frames of that answer are counted here. This is the only
 * place where the gateway reads a frame of an answer.
 */
final class TokenMerge {

    /** Longest merged frame, in characters. */
    private static final int FRAME_CHARS_MAX = 16_384;

    /**
     * By message, the next number to give; −1: the next frame's own. Null until something merged.
     */
    private @Nullable Map<String, Long> nextSeq;

    /** Takes the first frame of the queue, together with those that can be merged into it. */
    OutFrame take(Deque<OutFrame> queue) {
        OutFrame first = merged(queue);
        String id = first.messageId();
        if (nextSeq == null || id == null) {
            return first;
        }
        Long seq = nextSeq.get(id);
        if (seq == null) {
            return first;
        }
        if (!first.kind().equals(OutFrame.TOKEN)) {
            if (endsNumbering(first.kind())) {
                nextSeq.remove(id);
            }
            return first;
        }
        ObjectNode frame = (ObjectNode) Json.mapper().readTree(first.json());
        long number = seq < 0 ? frame.path("seq").longValue() : seq;
        nextSeq.put(id, number + 1);
        frame.put("seq", number);
        return new OutFrame(OutFrame.TOKEN, id, Json.writeText(frame), first.cursor());
    }

    /** Merges all that can be merged, in place of the queue. */
    Deque<OutFrame> compact(Deque<OutFrame> queue) {
        Deque<OutFrame> compacted = new ArrayDeque<>();
        while (!queue.isEmpty()) {
            compacted.add(merged(queue));
        }
        return compacted;
    }

    private OutFrame merged(Deque<OutFrame> queue) {
        OutFrame first = queue.remove();
        String id = first.messageId();
        if (id == null
                || !first.kind().equals(OutFrame.TOKEN)
                || !fits(first, first.json().length(), queue.peek())) {
            return first;
        }
        ObjectNode frame = (ObjectNode) Json.mapper().readTree(first.json());
        StringBuilder text = new StringBuilder(text(frame));
        OutFrame last = first;
        while (fits(first, text.length(), queue.peek())) {
            last = queue.remove();
            text.append(text(Json.mapper().readTree(last.json())));
        }
        if (nextSeq == null) {
            nextSeq = new HashMap<>(2);
        }
        nextSeq.putIfAbsent(id, -1L);
        frame.put("text", text.toString());
        frame.put("cursor", last.cursor());
        return new OutFrame(OutFrame.TOKEN, id, Json.writeText(frame), last.cursor());
    }

    private static boolean fits(OutFrame first, int chars, @Nullable OutFrame next) {
        return next != null
                && next.kind().equals(OutFrame.TOKEN)
                && Objects.equals(next.messageId(), first.messageId())
                && chars + next.json().length() < FRAME_CHARS_MAX;
    }

    /** After a restart the worker's own numbers hold again. */
    private static boolean endsNumbering(String kind) {
        return kind.equals("done") || kind.equals("error") || kind.equals("restart");
    }

    private static String text(JsonNode frame) {
        return frame.path("text").asString("");
    }
}

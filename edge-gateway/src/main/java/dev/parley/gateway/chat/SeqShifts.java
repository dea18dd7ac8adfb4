package dev.parley.gateway.chat;

import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.lane.Cursor.Shift;
import dev.parley.schemas.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a client's count of an answer's tokens lags behind the lane's, because tokens were merged
 * for it. The shifts are part of every cursor, so that the count goes on densely on the next
 * connection too, at whichever gateway. Guarded by its outbox.
 */
final class SeqShifts {

    /** Null until something was merged: idle sessions are many. */
    private @Nullable Map<String, Shift> byMessage;

    /** Of the client's cursor, whose messages have not been read again yet. */
    private List<Shift> unknown = List.of();

    void restore(List<Shift> shifts) {
        unknown = shifts;
    }

    /** A message that began at this offset was read again. */
    void learn(String messageId, long firstOffset) {
        for (Shift shift : unknown) {
            if (shift.firstOffset() == firstOffset) {
                known().put(messageId, shift);
                unknown = unknown.stream().filter(s -> s != shift).toList();
                return;
            }
        }
    }

    /** All that the client had was read again: what is still unknown has ended since. */
    void allRead() {
        unknown = List.of();
    }

    /** The frame as the client gets it, numbered by its own count. */
    OutFrame render(WaitingFrame frame) {
        String id = frame.messageId();
        WaitingFrame numbered = frame;
        if (id != null && frame.isToken()) {
            long by = by(id);
            if (by > 0) {
                numbered = renumbered(frame, by);
            }
            if (frame.merged() > 0) {
                known().put(id, new Shift(frame.firstOffset(), by + frame.merged()));
            }
        } else if (id != null && byMessage != null && endsNumbering(frame.kind())) {
            byMessage.remove(id);
        }
        return withShifts(numbered).rendered();
    }

    private long by(String messageId) {
        Shift shift = byMessage == null ? null : byMessage.get(messageId);
        return shift == null ? 0 : shift.by();
    }

    private Map<String, Shift> known() {
        if (byMessage == null) {
            byMessage = new HashMap<>(2);
        }
        return byMessage;
    }

    private WaitingFrame withShifts(WaitingFrame frame) {
        Cursor position = frame.position();
        if (position == null || unknown.isEmpty() && (byMessage == null || byMessage.isEmpty())) {
            return frame;
        }
        List<Shift> shifts = new ArrayList<>(unknown);
        if (byMessage != null) {
            shifts.addAll(byMessage.values());
        }
        shifts.removeIf(shift -> shift.firstOffset() > position.offset());
        return new WaitingFrame(
                frame.kind(),
                frame.messageId(),
                frame.json(),
                position.with(shifts),
                frame.firstOffset(),
                frame.merged());
    }

    private static WaitingFrame renumbered(WaitingFrame frame, long by) {
        ObjectNode json = (ObjectNode) Json.mapper().readTree(frame.json());
        json.put("seq", json.path("seq").longValue() - by);
        return new WaitingFrame(
                frame.kind(),
                frame.messageId(),
                Json.writeText(json),
                frame.position(),
                frame.firstOffset(),
                frame.merged());
    }

    /** After a restart the worker's own numbers hold again. */
    private static boolean endsNumbering(String kind) {
        return kind.equals("done") || kind.equals("error") || kind.equals("restart");
    }
}

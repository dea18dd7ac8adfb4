package dev.parley.orchestrator.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One user's conversation. When it is evicted for its age it stays known, without its messages: it
 * can be continued, and then its model context begins anew.
 *
 * @param leaf the newest admitted message, which the next one follows; null when there is none
 * @param messages admitted, oldest first; the oldest are forgotten past a maximum
 * @param refused not admitted, kept so that a repeat is recognised; the same
 */
public record Conversation(
        String id,
        @Nullable String leaf,
        List<String> messages,
        List<String> refused,
        Instant createdAt,
        Instant lastActiveAt) {

    public Conversation {
        messages = messages == null ? List.of() : List.copyOf(messages);
        refused = refused == null ? List.of() : List.copyOf(refused);
    }

    static Conversation begin(String id, Instant now) {
        return new Conversation(id, null, List.of(), List.of(), now, now);
    }

    Conversation admit(String messageId, Instant now) {
        return new Conversation(id, messageId, with(messages, messageId), refused, createdAt, now);
    }

    Conversation refuse(String messageId, Instant now) {
        return new Conversation(id, leaf, messages, with(refused, messageId), createdAt, now);
    }

    Conversation touched(Instant now) {
        return new Conversation(id, leaf, messages, refused, createdAt, now);
    }

    /** Without the oldest messages past the maxima. */
    Conversation within(int messagesMax, int refusedMax) {
        return new Conversation(
                id,
                leaf,
                last(messages, messagesMax),
                last(refused, refusedMax),
                createdAt,
                lastActiveAt);
    }

    /** Known still, with nothing in it. */
    public Conversation emptied() {
        return new Conversation(id, null, List.of(), List.of(), createdAt, lastActiveAt);
    }

    private static List<String> with(List<String> ids, String id) {
        List<String> all = new ArrayList<>(ids);
        all.add(id);
        return all;
    }

    private static List<String> last(List<String> ids, int max) {
        return ids.size() <= max ? ids : ids.subList(ids.size() - max, ids.size());
    }
}

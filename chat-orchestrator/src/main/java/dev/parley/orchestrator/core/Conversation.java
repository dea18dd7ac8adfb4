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
 * @param imported marks of the parts of an import that it has, so that a repeat adds nothing
 */
public record Conversation(
        String id,
        @Nullable String leaf,
        List<String> messages,
        List<String> refused,
        Instant createdAt,
        Instant lastActiveAt,
        List<String> imported) {

    public Conversation {
        messages = messages == null ? List.of() : List.copyOf(messages);
        refused = refused == null ? List.of() : List.copyOf(refused);
        imported = imported == null ? List.of() : List.copyOf(imported);
    }

    static Conversation begin(String id, Instant now) {
        return new Conversation(id, null, List.of(), List.of(), now, now, List.of());
    }

    /** The one that is known, or a new one. */
    static Conversation known(Memory memory, String id, Instant now) {
        Conversation known = memory.conversation(id);
        return known == null ? begin(id, now) : known;
    }

    Conversation admit(String messageId, Instant now) {
        return new Conversation(
                id, messageId, with(messages, messageId), refused, createdAt, now, imported);
    }

    Conversation refuse(String messageId, Instant now) {
        return new Conversation(
                id, leaf, messages, with(refused, messageId), createdAt, now, imported);
    }

    /**
     * With a part of an import; {@code newLeaf} is the newest user message of it, if it has one.
     */
    Conversation withImported(
            String part, List<String> ids, @Nullable String newLeaf, Instant writtenAt) {
        List<String> all = new ArrayList<>(messages);
        all.addAll(ids);
        return new Conversation(
                id,
                newLeaf == null ? leaf : newLeaf,
                all,
                refused,
                createdAt,
                writtenAt.isAfter(lastActiveAt) ? writtenAt : lastActiveAt,
                with(imported, part));
    }

    Conversation touched(Instant now) {
        return new Conversation(id, leaf, messages, refused, createdAt, now, imported);
    }

    /** Without the oldest messages past the maxima. */
    Conversation within(int messagesMax, int refusedMax) {
        return new Conversation(
                id,
                leaf,
                last(messages, messagesMax),
                last(refused, refusedMax),
                createdAt,
                lastActiveAt,
                imported);
    }

    /** Known still, with nothing in it. */
    public Conversation emptied() {
        return new Conversation(id, null, List.of(), List.of(), createdAt, lastActiveAt, imported);
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

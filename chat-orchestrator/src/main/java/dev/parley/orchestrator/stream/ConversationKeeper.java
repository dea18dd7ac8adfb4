package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Conversation;
import dev.parley.schemas.Json;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Empties conversations that nobody has used for long: messages go, the conversation stays known
 * and its chain keeps its head. Walks the store in small steps, so that no message waits for it.
 */
final class ConversationKeeper {

    /** Conversations looked at in one step. */
    static final int STEP_MAX = 500;

    private static final String END = "c\1";

    private final KeyValueStore<String, byte[]> store;
    private final Duration age;
    private String next = StateKeys.CONVERSATIONS;

    ConversationKeeper(KeyValueStore<String, byte[]> store, Duration age) {
        this.store = store;
        this.age = age;
    }

    /** Looks at the next few; the end is followed by the beginning. */
    void step(Instant now) {
        int seen = 0;
        try (KeyValueIterator<String, byte[]> from = store.range(next, END)) {
            while (from.hasNext() && seen < STEP_MAX) {
                KeyValue<String, byte[]> entry = from.next();
                // The successor of this key: keys are compared by their bytes.
                next = entry.key + "\0";
                seen++;
                Conversation conversation = Json.read(entry.value, Conversation.class);
                boolean holds =
                        !conversation.messages().isEmpty() || !conversation.refused().isEmpty();
                if (holds && conversation.lastActiveAt().plus(age).isBefore(now)) {
                    empty(entry.key, conversation);
                }
            }
            if (!from.hasNext()) {
                next = StateKeys.CONVERSATIONS;
            }
        }
    }

    private void empty(String key, Conversation conversation) {
        String userId = StateKeys.userOf(key);
        conversation.messages().forEach(id -> store.delete(StateKeys.message(userId, id)));
        conversation.refused().forEach(id -> store.delete(StateKeys.message(userId, id)));
        store.put(key, Json.write(conversation.emptied()));
    }
}

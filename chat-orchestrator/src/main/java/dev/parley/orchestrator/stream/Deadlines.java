package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * When the running and waiting messages of a task must end: an index in the store, read whole when
 * the task starts, and its copy in memory, which is asked. Bounded by those messages.
 */
final class Deadlines {

    private final KeyValueStore<String, byte[]> store;
    private final Map<String, Instant> byKey = new HashMap<>();
    private final PriorityQueue<Due> order = new PriorityQueue<>(Comparator.comparing(Due::at));

    /** A message whose time is up. */
    record Due(String key, Instant at) {
        String userId() {
            return StateKeys.userOf(key);
        }

        String messageId() {
            return StateKeys.lastOf(key);
        }
    }

    /** As it stands in the store. */
    record Deadline(Instant at) {}

    Deadlines(KeyValueStore<String, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<String, byte[]> all =
                store.prefixScan(StateKeys.DEADLINES, new StringSerializer())) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                remember(entry.key, Json.read(entry.value, Deadline.class).at());
            }
        }
    }

    /** Follows what a decision did to the running and waiting messages of a user. */
    void follow(String userId, UserState before, UserState after) {
        after.running().forEach(r -> keep(userId, r.messageId(), r.deadline()));
        after.waiting().forEach(w -> keep(userId, w.messageId(), w.until()));
        before.running().forEach(r -> dropUnless(userId, r.messageId(), after));
        before.waiting().forEach(w -> dropUnless(userId, w.messageId(), after));
    }

    private void keep(String userId, String messageId, Instant at) {
        String key = StateKeys.deadline(userId, messageId);
        if (!at.equals(byKey.get(key))) {
            store.put(key, Json.write(new Deadline(at)));
            remember(key, at);
        }
    }

    private void dropUnless(String userId, String messageId, UserState after) {
        if (after.running(messageId) == null && after.waiting(messageId) == null) {
            String key = StateKeys.deadline(userId, messageId);
            store.delete(key);
            byKey.remove(key);
        }
    }

    /** Takes those that are due; each is given once. */
    List<Due> due(Instant now) {
        List<Due> due = new ArrayList<>();
        for (Due next = order.peek(); next != null && !next.at().isAfter(now); ) {
            order.remove();
            // Ended or moved in the meantime: its newer entry stands elsewhere in the order.
            if (next.at().equals(byKey.get(next.key()))) {
                due.add(next);
            }
            next = order.peek();
        }
        return due;
    }

    /** Users with running answers or waiting messages. */
    Set<String> users() {
        Set<String> users = new HashSet<>();
        byKey.keySet().forEach(key -> users.add(StateKeys.userOf(key)));
        return users;
    }

    int size() {
        return byKey.size();
    }

    private void remember(String key, Instant at) {
        byKey.put(key, at);
        order.add(new Due(key, at));
    }
}

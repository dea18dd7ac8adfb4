package dev.parley.orchestrator.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Drops every text of a person from the store, and so from its changelog once that is compacted.
 * What limits count by stays: it is no text, and being erased is no way to a new budget.
 */
final class Forgetting {

    private final KeyValueStore<String, byte[]> store;

    Forgetting(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    void textsOf(String userId) {
        for (String prefix : StateKeys.texts(userId)) {
            List<String> keys = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> all =
                    store.prefixScan(prefix, new StringSerializer())) {
                all.forEachRemaining(entry -> keys.add(entry.key));
            }
            keys.forEach(store::delete);
        }
    }
}

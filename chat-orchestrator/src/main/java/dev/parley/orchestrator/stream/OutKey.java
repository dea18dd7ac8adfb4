package dev.parley.orchestrator.stream;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The key of an outgoing record with the topic that it goes to; only {@code key} is written.
 *
 * @param key null for a topic without keys
 */
record OutKey(String topic, @Nullable String key) {

    /** Of the one sink, whose topic is chosen by record. */
    static final class Writer implements Serializer<OutKey> {
        @Override
        public byte @Nullable [] serialize(String topic, OutKey data) {
            return data.key() == null ? null : data.key().getBytes(StandardCharsets.UTF_8);
        }
    }
}

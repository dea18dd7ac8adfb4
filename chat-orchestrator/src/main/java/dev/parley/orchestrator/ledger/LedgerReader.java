package dev.parley.orchestrator.ledger;

import dev.parley.orchestrator.core.UserState;
import dev.parley.orchestrator.stream.UserStateRecords;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.TurnRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads record and state up to where they end when asked. Both are written in the same
 * transactions; what is committed between the two readings is caught up with by reading on.
 */
final class LedgerReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final LedgerVerification verification;
    private final Consumer<String, byte[]> consumer;
    private final String changelog;
    private final List<TopicPartition> partitions;

    /** A topic is missing or empty of partitions. */
    static final class NothingToReadException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NothingToReadException(String topic) {
            super("there is no topic " + topic);
        }
    }

    LedgerReader(
            LedgerVerification verification, Map<String, Object> client, String applicationId) {
        this.verification = verification;
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        config.put("group.protocol", "classic");
        this.consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        this.changelog = UserStateRecords.changelog(applicationId);
        this.partitions =
                List.of(Topic.TURNS.topicName(), changelog).stream()
                        .flatMap(topic -> partitionsOf(topic).stream())
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Returns when everything that was committed at its begin is taken. */
    void catchUp() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                take(record);
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (!record.topic().equals(changelog)) {
            verification.take(Json.read(record.value(), TurnRecord.class));
            return;
        }
        String userId = UserStateRecords.userOf(record.key());
        if (userId != null) {
            byte @Nullable [] value = record.value();
            verification.take(userId, value == null ? null : Json.read(value, UserState.class));
        }
    }

    private List<TopicPartition> partitionsOf(String topic) {
        var infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new NothingToReadException(topic);
        }
        return infos.stream().map(i -> new TopicPartition(topic, i.partition())).toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}

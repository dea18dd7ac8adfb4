package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.kafka.KafkaClients;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.springframework.stereotype.Component;

/**
 * Records that a group has not read yet, by topic. Readers without a group (lanes, policy, control)
 * have none.
 */
@Component
class ConsumerLag {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Admin admin;

    ConsumerLag(KafkaClients clients) {
        this.admin = clients.admin("lag");
    }

    /**
     * @param kind consumer or share
     * @param lag records in all partitions together
     * @param partitions that the group reads
     */
    record Item(String topic, String group, String kind, long lag, int partitions) {}

    @PreDestroy
    void close() {
        admin.close(Duration.ofSeconds(1));
    }

    /** By topic and group. */
    List<Item> items() throws ExecutionException, TimeoutException, InterruptedException {
        Map<String, String> kinds = new HashMap<>();
        Map<String, Map<TopicPartition, Long>> offsets = new HashMap<>();
        for (GroupListing group : get(admin.listGroups().all())) {
            boolean shares = group.type().filter(GroupType.SHARE::equals).isPresent();
            kinds.put(
                    group.groupId(),
                    group.type()
                            .map(type -> type == GroupType.SHARE ? "share" : "consumer")
                            .orElse("consumer"));
            offsets.put(group.groupId(), shares ? shared(group.groupId()) : read(group.groupId()));
        }
        return items(kinds, offsets, ends(offsets.values()));
    }

    private Map<TopicPartition, Long> read(String group)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(admin.listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
                        .partitionsToOffsetAndMetadata(group))
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        offsets.put(partition, offset.offset());
                    }
                });
        return offsets;
    }

    private Map<TopicPartition, Long> shared(String group)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo(group))
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        offsets.put(partition, offset.startOffset());
                    }
                });
        return offsets;
    }

    private Map<TopicPartition, Long> ends(Collection<Map<TopicPartition, Long>> offsets)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        offsets.forEach(group ->
                group.keySet().forEach(partition -> wanted.put(partition, OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        if (!wanted.isEmpty()) {
            get(admin.listOffsets(wanted).all())
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
        }
        return ends;
    }

    static List<Item> items(
            Map<String, String> kinds,
            Map<String, Map<TopicPartition, Long>> offsets,
            Map<TopicPartition, Long> ends) {
        List<Item> items = new ArrayList<>();
        offsets.forEach((group, partitions) -> {
            Map<String, long[]> byTopic = new HashMap<>();
            partitions.forEach((partition, offset) -> {
                long[] sum = byTopic.computeIfAbsent(partition.topic(), topic -> new long[2]);
                sum[0] += Math.max(0, ends.getOrDefault(partition, offset) - offset);
                sum[1]++;
            });
            byTopic.forEach((topic, sum) ->
                    items.add(
                            new Item(
                                    topic,
                                    group,
                                    kinds.getOrDefault(group, "consumer"),
                                    sum[0],
                                    (int) sum[1])));
        });
        items.sort(Comparator.comparing(Item::topic).thenComparing(Item::group));
        return items;
    }

    private static <T> T get(KafkaFuture<T> future)
            throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}

package dev.parley.gateway.lane;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane on which frames are awaited and none has come for a while may be quiet, or not be read as
 * it should: the broker says which. Nobody shall wait in silence for what is there. Used by the
 * reader's thread.
 */
final class StandingLanes {

    private static final Logger LOG = LoggerFactory.getLogger(StandingLanes.class);
    private static final long STANDS_AFTER_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int ASKED_AT_ONCE_MAX = 200;

    private final Admin admin;
    private final ListOffsetsOptions options;
    private volatile long rescued;

    StandingLanes(Admin admin, LaneSettings settings) {
        this.admin = admin;
        this.options =
                new ListOffsetsOptions(
                        settings.isolation().equals("read_committed")
                                ? IsolationLevel.READ_COMMITTED
                                : IsolationLevel.READ_UNCOMMITTED);
    }

    /** To be done by the reader's thread when the broker has answered. */
    @FunctionalInterface
    interface Rescue {
        void by(KafkaConsumer<String, byte[]> reader, Map<Integer, Lane> lanes);
    }

    /** Asks for the ends of the lanes that stand; what is to be done comes to {@code later}. */
    void look(Collection<Lane> lanes, long now, Consumer<Rescue> later) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (Lane lane : lanes) {
            if (asked.size() < ASKED_AT_ONCE_MAX && stands(lane, now)) {
                lane.askedAt = now;
                asked.put(lane.partition, OffsetSpec.latest());
                positions.put(lane.partition, lane.position);
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        admin.listOffsets(asked, options)
                .all()
                .whenComplete((ends, failure) -> {
                    if (ends != null) {
                        ends.forEach((partition, end) ->
                                later.accept((reader, known) ->
                                        rescue(
                                                reader,
                                                known.get(LaneReader.number(partition)),
                                                positions.getOrDefault(partition, 0L),
                                                end.offset())));
                    }
                });
    }

    long rescued() {
        return rescued;
    }

    private static boolean stands(Lane lane, long now) {
        return lane.fetched
                && now - lane.quietSince > STANDS_AFTER_NANOS
                && now - lane.askedAt > STANDS_AFTER_NANOS
                && lane.tenants.stream().anyMatch(LaneTenant::awaitsFrames);
    }

    private void rescue(
            KafkaConsumer<String, byte[]> reader, @Nullable Lane lane, long was, long end) {
        if (lane == null || lane.position != was || end <= was || !lane.fetched) {
            return;
        }
        // A transaction's marker moves the reader on and is no record that anybody would see.
        long read = reader.position(lane.partition);
        if (read >= end) {
            lane.position = read;
            return;
        }
        LOG.warn("{} stood still at {} of {}; it is read again", lane.partition.topic(), was, end);
        rescued = rescued + 1;
        reader.seek(lane.partition, was);
        reader.resume(List.of(lane.partition));
    }

    void close() {
        admin.close(Duration.ofSeconds(1));
    }
}

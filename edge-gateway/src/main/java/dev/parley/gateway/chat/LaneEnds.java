package dev.parley.gateway.chat;

import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.schemas.Topic;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says whether a lane still holds what comes after a cursor, and how far it reaches. */
@Component
final class LaneEnds {

    private final Admin admin;

    LaneEnds(KafkaClients clients) {
        this.admin = clients.admin("lane-ends");
    }

    /** Where the lane ends; 0 without a lane; empty when something after the cursor is gone. */
    CompletableFuture<OptionalLong> holding(@Nullable LaneLease lease, Cursor cursor) {
        if (lease == null) {
            return CompletableFuture.completedFuture(OptionalLong.of(0));
        }
        long next = LanePlace.isOf(cursor, lease) ? cursor.offset() + 1 : lease.startOffset();
        CompletableFuture<Long> latest = offset(lease.lane(), OffsetSpec.latest());
        return offset(lease.lane(), OffsetSpec.earliest())
                .thenCombine(
                        latest,
                        (first, end) ->
                                first <= next && next <= end
                                        ? OptionalLong.of(end)
                                        : OptionalLong.empty());
    }

    private CompletableFuture<Long> offset(int lane, OffsetSpec spec) {
        TopicPartition partition = new TopicPartition(Topic.lane(lane), 0);
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(found -> found.offset());
    }

    @PreDestroy
    void close() {
        admin.close(Duration.ofSeconds(1));
    }
}

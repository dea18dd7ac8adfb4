package dev.parley.gateway.chat;

import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.schemas.Topic;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Says whether a lane still holds what comes after a cursor, and how far it reaches. Who asks while
 * the broker is asked shares the next question: a reload of everybody asks it a few times only.
 */
@Component
final class LaneEnds {

    /** A question that has no answer by then does not keep the next one waiting. */
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final Admin admin;

    // Guarded by this.
    private Map<Integer, CompletableFuture<Reach>> next = new HashMap<>();
    private boolean asking;

    /** The first offset that is kept, and the one after the last. */
    private record Reach(long first, long end) {}

    LaneEnds(KafkaClients clients) {
        this.admin = clients.admin("lane-ends");
    }

    /** Where the lane ends; 0 without a lane; empty when something after the cursor is gone. */
    CompletableFuture<OptionalLong> holding(@Nullable LaneLease lease, Cursor cursor) {
        if (lease == null) {
            return CompletableFuture.completedFuture(OptionalLong.of(0));
        }
        long wanted = LanePlace.isOf(cursor, lease) ? cursor.offset() + 1 : lease.startOffset();
        CompletableFuture<Reach> reach;
        synchronized (this) {
            reach = next.computeIfAbsent(lease.lane(), lane -> new CompletableFuture<>());
        }
        ask();
        return reach.thenApply(found ->
                found.first() <= wanted && wanted <= found.end()
                        ? OptionalLong.of(found.end())
                        : OptionalLong.empty());
    }

    private void ask() {
        Map<Integer, CompletableFuture<Reach>> asked;
        synchronized (this) {
            if (asking || next.isEmpty()) {
                return;
            }
            asking = true;
            asked = next;
            next = new HashMap<>();
        }
        ListOffsetsResult first = list(asked, OffsetSpec.earliest());
        ListOffsetsResult end = list(asked, OffsetSpec.latest());
        asked.forEach((lane, reach) ->
                offset(first, lane)
                        .thenCombine(offset(end, lane), Reach::new)
                        .whenComplete((found, failure) -> {
                            if (failure == null) {
                                reach.complete(found);
                            } else {
                                reach.completeExceptionally(failure);
                            }
                        }));
        CompletableFuture.anyOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(found -> true)
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((answered, failure) -> {
                    synchronized (this) {
                        asking = false;
                    }
                    ask();
                });
    }

    private ListOffsetsResult list(Map<Integer, ?> lanes, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        lanes.keySet().forEach(lane -> wanted.put(partition(lane), spec));
        return admin.listOffsets(wanted);
    }

    private static CompletableFuture<Long> offset(ListOffsetsResult result, int lane) {
        return result.partitionResult(partition(lane))
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(found -> found.offset());
    }

    private static TopicPartition partition(int lane) {
        return new TopicPartition(Topic.lane(lane), 0);
    }

    @PreDestroy
    void close() {
        admin.close(Duration.ofSeconds(1));
    }
}

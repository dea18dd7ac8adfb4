package dev.parley.gateway.lane;

import dev.parley.autoconfigure.kafka.DeclaredTopics;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.schemas.Topic;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.springframework.stereotype.Component;

/** The topics of the lanes: created many at a time, and ready when somebody reads them. */
@Component
final class LaneTopics {

    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ENDS_PAUSE = Duration.ofMillis(50);

    private final KafkaSettings settings;
    private final DeclaredTopics declared;
    private final Admin admin;

    LaneTopics(KafkaClients clients, KafkaSettings settings, DeclaredTopics declared) {
        this.settings = settings;
        this.declared = declared;
        this.admin = clients.admin("lanes-admin");
    }

    /** Creates what is missing of these lanes; where each ends. */
    Map<Integer, Long> ready(List<Integer> lanes) {
        declared.ensure(admin, lanes.stream().map(this::topic).toList());
        return ends(lanes);
    }

    private NewTopic topic(int lane) {
        Map<String, String> config = new HashMap<>();
        config.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(settings.workRetention().toMillis()));
        // A lane costs two memory maps of this size.
        config.put(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, "65536");
        config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(8 << 20));
        config.put(
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Math.max(60_000, settings.workRetention().toMillis() / 2)));
        return new NewTopic(
                        Topic.lane(lane),
                        Optional.of(1),
                        settings.replicationFactor() < 1
                                ? Optional.empty()
                                : Optional.of(settings.replicationFactor()))
                .configs(config);
    }

    /** Also makes the broker open the logs, which costs the first reader of a lane otherwise. */
    private Map<Integer, Long> ends(List<Integer> numbers) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        numbers.forEach(
                lane -> asked.put(new TopicPartition(Topic.lane(lane), 0), OffsetSpec.latest()));
        long giveUpAt = System.nanoTime() + BROKER_TIMEOUT.toNanos();
        while (true) {
            try {
                Map<Integer, Long> ends = new HashMap<>();
                admin.listOffsets(asked)
                        .all()
                        .get(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .forEach((partition, end) ->
                                ends.put(LaneReader.number(partition), end.offset()));
                return ends;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while lanes were made", e);
            } catch (ExecutionException | TimeoutException e) {
                // A topic that was just made is not known everywhere at once.
                if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("the ends of the lanes cannot be read", e);
                }
                LockSupport.parkNanos(ENDS_PAUSE.toNanos());
            }
        }
    }

    @PreDestroy
    void close() {
        admin.close(Duration.ofSeconds(1));
    }
}

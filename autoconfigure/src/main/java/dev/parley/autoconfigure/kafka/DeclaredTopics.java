package dev.parley.autoconfigure.kafka;

import dev.parley.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Creates what is missing of the declared topics. Every service does it at its start, so that none
 * waits for another; a topic that exists is left as it is.
 */
public final class DeclaredTopics {

    private static final Duration TOMBSTONES = Duration.ofDays(7);

    private final KafkaClients clients;
    private final KafkaSettings settings;

    public DeclaredTopics(KafkaClients clients, KafkaSettings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /**
     * Returns when every declared topic exists; throws {@link IllegalStateException} when that
     * takes too long.
     */
    public void ensure() {
        try (Admin admin = clients.admin("topics")) {
            ensure(admin, declared());
        }
    }

    /** Creates topics that are missing among {@code topics}; for declared topics and for lanes. */
    public void ensure(Admin admin, List<NewTopic> topics) {
        long deadline = System.nanoTime() + settings.topicTimeout().toNanos();
        var futures = admin.createTopics(topics).values();
        futures.forEach((name, future) -> {
            try {
                future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new IllegalStateException(
                            "topic " + name + " could not be created", e.getCause());
                }
            } catch (TimeoutException e) {
                throw new IllegalStateException(
                        "Kafka at "
                                + settings.bootstrapServers()
                                + " did not create the topics within "
                                + settings.topicTimeout(),
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while creating topics", e);
            }
        });
    }

    private List<NewTopic> declared() {
        List<NewTopic> topics = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            int partitions =
                    switch (topic.spread()) {
                        case SINGLE -> 1;
                        case BY_USER -> settings.partitions();
                    };
            topics.add(newTopic(topic.topicName(), partitions).configs(retention(topic.kind())));
            topics.add(newTopic(topic.deadLetterName(), 1).configs(retention(Topic.Kind.RECORD)));
        }
        return topics;
    }

    private NewTopic newTopic(String name, int partitions) {
        return new NewTopic(
                name,
                Optional.of(partitions),
                settings.replicationFactor() < 1
                        ? Optional.empty()
                        : Optional.of(settings.replicationFactor()));
    }

    private Map<String, String> retention(Topic.Kind kind) {
        Map<String, String> config = new HashMap<>();
        switch (kind) {
            case WORK -> config.put(TopicConfig.RETENTION_MS_CONFIG, ms(settings.workRetention()));
            case RECORD ->
                    config.put(
                            TopicConfig.RETENTION_MS_CONFIG,
                            settings.recordRetention() == null
                                    ? "-1"
                                    : ms(settings.recordRetention()));
            case COMPACTED -> {
                config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
                // What a tombstone takes away, a destroyed key above all, is gone from the log no
                // later than what expires by itself; readers have a week to see the tombstone.
                config.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, ms(settings.workRetention()));
                config.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, ms(TOMBSTONES));
            }
        }
        return config;
    }

    private static String ms(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}

package dev.parley.gateway.access;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.WorkerStatus;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Models that the workers' providers have to choose from, as the workers say every second. Those of
 * a worker that has left stay for a while: a restart is not to empty the list.
 */
@Component
final class ProviderModels {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderModels.class);
    private static final TopicPartition PARTITION =
            new TopicPartition(Topic.WORKERS.topicName(), 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long FORGOTTEN_NANOS = Duration.ofMinutes(2).toNanos();

    /** Records at the topic's end that are read at the start: some seconds of some workers. */
    private static final long BACK_RECORDS = 50;

    private final KafkaClients clients;
    private final Map<String, Heard> byWorker = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    private record Heard(List<WorkerStatus.ProviderState> providers, long atNanos) {}

    ProviderModels(KafkaClients clients) {
        this.clients = clients;
        this.thread = Thread.ofPlatform().daemon().name("provider-models").start(this::run);
    }

    /** Sorted; empty as long as no worker was heard. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        long now = System.nanoTime();
        for (Heard heard : byWorker.values()) {
            if (now - heard.atNanos() < FORGOTTEN_NANOS) {
                heard.providers().forEach(provider -> names.addAll(provider.models()));
            }
        }
        return names;
    }

    private void run() {
        while (closed.getCount() > 0) {
            try (KafkaConsumer<String, byte[]> reader =
                    new KafkaConsumer<>(clients.consumer("workers"))) {
                reader.assign(List.of(PARTITION));
                long end = reader.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
                reader.seek(PARTITION, Math.max(0, end - BACK_RECORDS));
                while (closed.getCount() > 0) {
                    reader.poll(POLL).forEach(this::take);
                }
            } catch (KafkaException e) {
                LOG.warn("the workers' topic cannot be read: {}", e.toString());
                pause();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        try {
            WorkerStatus status =
                    Inbound.event(record.headers(), record.value(), WorkerStatus.class);
            long now = System.nanoTime();
            byWorker.values().removeIf(heard -> now - heard.atNanos() > FORGOTTEN_NANOS);
            byWorker.put(status.worker(), new Heard(status.providers(), now));
        } catch (UnreadableRecordException e) {
            // The worker speaks again within a second.
            LOG.debug("a worker's word cannot be read: {}", e.getMessage());
        }
    }

    private void pause() {
        try {
            if (closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("models' reader closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    @PreDestroy
    void close() throws InterruptedException {
        closed.countDown();
        thread.join(CLOSE_TIMEOUT);
    }
}

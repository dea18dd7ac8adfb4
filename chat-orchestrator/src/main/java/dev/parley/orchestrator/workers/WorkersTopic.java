package dev.parley.orchestrator.workers;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.WorkerStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what the workers say, and tells {@link Presence}. */
public final class WorkersTopic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkersTopic.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BACK = Duration.ofSeconds(5);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(3);
    private static final TopicPartition PARTITION =
            new TopicPartition(Topic.WORKERS.topicName(), 0);

    private final KafkaClients clients;
    private final Presence presence;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread reader;

    public WorkersTopic(KafkaClients clients, Presence presence, Clock clock) {
        this.clients = clients;
        this.presence = presence;
        this.clock = clock;
        this.reader = Thread.ofPlatform().daemon().name("workers-reader").start(this::run);
    }

    @Override
    public void close() throws InterruptedException {
        closed.countDown();
        reader.join(CLOSE_TIMEOUT);
    }

    private boolean isOpen() {
        return closed.getCount() > 0;
    }

    private void run() {
        while (isOpen()) {
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(clients.consumer("workers"))) {
                seek(consumer);
                presence.listening(true);
                while (isOpen()) {
                    ConsumerRecords<String, byte[]> words = consumer.poll(POLL);
                    words.forEach(this::take);
                    if (words.isEmpty() && presence.hearsNobody() && isAtEnd(consumer)) {
                        presence.heardAll();
                    }
                }
            } catch (KafkaException e) {
                LOG.warn("the workers' topic cannot be read: {}", e.toString());
                pause();
            } finally {
                presence.listening(false);
            }
        }
    }

    /** A poll without records may also come from a broker that is not reached; this does not. */
    private static boolean isAtEnd(KafkaConsumer<String, byte[]> consumer) {
        Long end = consumer.endOffsets(List.of(PARTITION), END_TIMEOUT).get(PARTITION);
        return end != null && consumer.position(PARTITION) >= end;
    }

    private void seek(KafkaConsumer<String, byte[]> consumer) {
        consumer.assign(List.of(PARTITION));
        long since = clock.instant().minus(BACK).toEpochMilli();
        @Nullable OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(PARTITION, since)).get(PARTITION);
        if (found == null) {
            consumer.seekToEnd(List.of(PARTITION));
        } else {
            consumer.seek(PARTITION, found.offset());
        }
        consumer.position(PARTITION);
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        try {
            presence.heard(Inbound.event(record.headers(), record.value(), WorkerStatus.class));
        } catch (UnreadableRecordException e) {
            // The worker speaks again within a second; a record in the dead letters helps nobody.
            LOG.warn("a worker's word cannot be read: {}", e.getMessage());
        }
    }

    private void pause() {
        try {
            if (closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("workers' reader closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }
}

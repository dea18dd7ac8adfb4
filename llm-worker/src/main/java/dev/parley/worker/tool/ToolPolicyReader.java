package dev.parley.worker.tool;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the policy topic whole and goes on reading; tells of every change. */
final class ToolPolicyReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ToolPolicyReader.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaClients clients;
    private final Consumer<ToolPolicy> told;
    private final Map<String, PolicyRecord> subjects = new HashMap<>();
    private final CountDownLatch whole = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    /**
     * @param told on the reader's thread
     */
    ToolPolicyReader(KafkaClients clients, Consumer<ToolPolicy> told) {
        this.clients = clients;
        this.told = told;
    }

    void start() {
        // Not virtual: the consumer selects on sockets, and would hold a carrier all the time.
        thread = Thread.ofPlatform().name("tool-policy").daemon().start(this::readUntilClosed);
    }

    /** Waits until everything that stood in the topic at the start was read. */
    void awaitWhole(Duration timeout) throws InterruptedException {
        if (!whole.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("the policy could not be read yet; until then no tool is offered");
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(CLOSE_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void readUntilClosed() {
        try {
            do {
                try (KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(clients.consumer("tool-policy"))) {
                    read(consumer);
                } catch (KafkaException e) {
                    LOG.warn("the policy cannot be read, the last one stands: {}", e.toString());
                }
            } while (!closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(KafkaConsumer<String, byte[]> consumer) {
        TopicPartition policy = new TopicPartition(Topic.POLICY.topicName(), 0);
        consumer.assign(List.of(policy));
        consumer.seekToBeginning(List.of(policy));
        long end = consumer.endOffsets(List.of(policy)).getOrDefault(policy, 0L);
        boolean changed = true;
        while (closed.getCount() > 0) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                take(record);
                changed = true;
            }
            if (changed && consumer.position(policy) >= end) {
                changed = false;
                told.accept(ToolPolicy.of(subjects));
                whole.countDown();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        String subject = String.valueOf(record.key());
        try {
            PolicyRecord read =
                    record.value() == null
                            ? null
                            : Inbound.event(record.headers(), record.value(), PolicyRecord.class);
            if (read == null || !read.subject().equals(subject)) {
                subjects.remove(subject);
            } else {
                subjects.put(subject, read);
            }
        } catch (UnreadableRecordException e) {
            // What cannot be read denies. The orchestrator, which reads it too, sets it aside.
            subjects.remove(subject);
        }
    }
}

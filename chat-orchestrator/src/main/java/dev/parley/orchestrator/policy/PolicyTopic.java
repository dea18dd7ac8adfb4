package dev.parley.orchestrator.policy;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the policy topic whole and goes on reading; {@link #current()} is the policy of this
 * moment. Two instances may be some milliseconds apart.
 */
public final class PolicyTopic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyTopic.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaClients clients;
    private final DeadLetters deadLetters;
    private final Object moved = new Object();
    private final CountDownLatch whole = new CountDownLatch(1);
    private final Map<String, PolicyRecord> subjects = new HashMap<>();
    private final Set<String> unreadable = new HashSet<>();
    private volatile Policy current = Policy.EMPTY;
    private volatile boolean closed;
    private volatile @Nullable Thread reader;

    public PolicyTopic(KafkaClients clients, DeadLetters deadLetters) {
        this.clients = clients;
        this.deadLetters = deadLetters;
    }

    /** Begins to read; returns at once. */
    public void start() {
        reader = Thread.ofPlatform().daemon().name("policy-reader").start(this::readForEver);
    }

    /** Waits until everything that stood in the topic at the start has been read. */
    public boolean awaitWhole(Duration timeout) throws InterruptedException {
        return whole.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits until the policy is as asked; false when the time is over. */
    public boolean await(Predicate<Policy> asked, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        synchronized (moved) {
            while (!asked.test(current)) {
                long leftMs = (end - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    return false;
                }
                moved.wait(leftMs);
            }
            return true;
        }
    }

    public boolean isWhole() {
        return whole.getCount() == 0;
    }

    public Policy current() {
        return current;
    }

    @Override
    public void close() {
        closed = true;
        Thread running = reader;
        if (running != null) {
            // Not interrupted: it looks every POLL, and closing an interrupted consumer is loud.
            try {
                running.join(CLOSE_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void readForEver() {
        while (!closed) {
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(clients.consumer("policy"))) {
                read(consumer);
            } catch (WakeupException | org.apache.kafka.common.errors.InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn(
                        "the policy topic cannot be read, the last policy stands: {}",
                        e.toString());
                pause();
            }
        }
    }

    private void read(KafkaConsumer<String, byte[]> consumer) {
        TopicPartition partition = new TopicPartition(Topic.POLICY.topicName(), 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        Long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (!closed) {
            boolean changed = false;
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                take(record);
                changed = true;
            }
            boolean read = end == null || consumer.position(partition) >= end;
            if (read && (changed || !isWhole())) {
                synchronized (moved) {
                    current = new Policy(subjects, unreadable);
                    moved.notifyAll();
                }
                whole.countDown();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        String subject = record.key() == null ? "" : record.key();
        if (record.value() == null) {
            subjects.remove(subject);
            unreadable.remove(subject);
            return;
        }
        try {
            PolicyRecord policy =
                    Inbound.event(record.headers(), record.value(), PolicyRecord.class);
            if (!policy.subject().equals(subject)) {
                throw new UnreadableRecordException("the key is not " + policy.subject(), null);
            }
            subjects.put(subject, policy);
            unreadable.remove(subject);
        } catch (UnreadableRecordException e) {
            // What cannot be read denies: the last known record would allow what was taken away.
            subjects.remove(subject);
            unreadable.add(subject);
            deadLetters.put(record, String.valueOf(e.getMessage()));
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

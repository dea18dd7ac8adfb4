package dev.parley.worker.policy;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.worker.provider.ModelNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The newest record of each subject. Jobs are taken once the whole topic has been read. */
public final class PolicyView implements SmartLifecycle {

    /** Before the stops are read and jobs are taken. */
    public static final int PHASE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(PolicyView.class);
    private static final TopicPartition PARTITION = new TopicPartition(Topic.POLICY.topicName(), 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration FIRST_READ = Duration.ofSeconds(30);

    private final KafkaClients clients;
    private final DeadLetters deadLetters;
    private final Map<String, PolicyRecord> records = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch whole = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean running;

    public PolicyView(KafkaClients clients, DeadLetters deadLetters) {
        this.clients = clients;
        this.deadLetters = deadLetters;
    }

    /** Called by the reading thread after records have changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** All records by subject; a view that changes. */
    public Map<String, PolicyRecord> records() {
        return Map.copyOf(records);
    }

    /** The record of a subject, for example {@code mcp-server/everything}; null without one. */
    public @Nullable PolicyRecord record(String subject) {
        return records.get(subject);
    }

    /** The entry with the model's name, else the one of the longest glob that matches. */
    public PolicyRecord.@Nullable Model model(String name) {
        if (records.get("model/" + name) instanceof PolicyRecord.Model exact) {
            return exact;
        }
        PolicyRecord.Model best = null;
        for (PolicyRecord record : records.values()) {
            if (record instanceof PolicyRecord.Model model
                    && ModelNames.matches(model.name(), name)
                    && (best == null || isLonger(model.name(), best.name()))) {
                best = model;
            }
        }
        return best;
    }

    private static boolean isLonger(String name, String than) {
        return name.length() != than.length()
                ? name.length() > than.length()
                : name.compareTo(than) > 0;
    }

    @Override
    public void start() {
        running = true;
        Thread.ofPlatform().daemon().name("policy-view").start(this::readUntilStopped);
        try {
            if (!whole.await(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "the policy could not be read within " + FIRST_READ);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void readUntilStopped() {
        while (running) {
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(clients.consumer("policy"))) {
                consumer.assign(List.of(PARTITION));
                consumer.seekToBeginning(List.of(PARTITION));
                long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
                while (running) {
                    if (consumer.position(PARTITION) >= end) {
                        whole.countDown();
                    }
                    boolean changed = false;
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        take(record);
                        changed = true;
                    }
                    if (changed) {
                        listeners.forEach(Runnable::run);
                    }
                }
            } catch (KafkaException e) {
                LOG.warn("the policy cannot be read, the last one stands: {}", e.toString());
                pause();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            return;
        }
        if (record.value() == null) {
            records.remove(record.key());
            return;
        }
        try {
            records.put(
                    record.key(),
                    Inbound.event(record.headers(), record.value(), PolicyRecord.class));
        } catch (UnreadableRecordException e) {
            // What stood there must not go on to allow anything.
            records.remove(record.key());
            deadLetters.put(record, "not a policy record");
        }
    }

    private void pause() {
        try {
            if (stopped.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("policy view stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }
}

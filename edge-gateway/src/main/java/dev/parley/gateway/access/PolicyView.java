package dev.parley.gateway.access;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The newest record of each subject of the policy. While it is unread, everybody is refused. */
@Component
public final class PolicyView {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyView.class);
    private static final TopicPartition PARTITION = new TopicPartition(Topic.POLICY.topicName(), 0);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaClients clients;
    private final DeadLetters deadLetters;
    private final ProviderModels providers;
    private final Map<String, PolicyRecord> records = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean read;
    private long position;

    PolicyView(KafkaClients clients, DeadLetters deadLetters, ProviderModels providers) {
        this.providers = providers;
        this.clients = clients;
        this.deadLetters = deadLetters;
        this.thread = Thread.ofPlatform().daemon().name("policy-view").start(this::run);
    }

    /** Called by the reading thread after roles, users or blocks have changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether the whole topic was read and says anything about roles. */
    public boolean isKnown() {
        return read && records.values().stream().anyMatch(PolicyRecord.Role.class::isInstance);
    }

    public PolicyRecord.@Nullable Role role(String name) {
        return records.get("role/" + name) instanceof PolicyRecord.Role role ? role : null;
    }

    public PolicyRecord.@Nullable User user(String name) {
        return records.get("user/" + name) instanceof PolicyRecord.User user ? user : null;
    }

    public PolicyRecord.@Nullable Block block(String user) {
        return records.get("block/" + user) instanceof PolicyRecord.Block block ? block : null;
    }

    public PolicyRecord.@Nullable Welcome welcome() {
        return records.get("welcome/default") instanceof PolicyRecord.Welcome welcome
                ? welcome
                : null;
    }

    /**
     * Names of the models of policy and providers; globs are left out, since nobody can choose
     * them.
     */
    public List<String> models() {
        TreeSet<String> names = new TreeSet<>(providers.names());
        for (PolicyRecord record : records.values()) {
            if (record instanceof PolicyRecord.Model model && !Glob.isGlob(model.name())) {
                names.add(model.name());
            }
        }
        return List.copyOf(names);
    }

    private void run() {
        while (!isClosed()) {
            try (KafkaConsumer<String, byte[]> reader =
                    new KafkaConsumer<>(clients.consumer("policy"))) {
                reader.assign(List.of(PARTITION));
                reader.seek(PARTITION, position);
                consumer = reader;
                long end = reader.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
                while (!isClosed()) {
                    readOnce(reader, end);
                }
            } catch (WakeupException e) {
                // Closing.
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    LOG.warn("the policy cannot be read: {}", e.toString());
                    pauseAfterFailure();
                }
            }
        }
    }

    private void readOnce(KafkaConsumer<String, byte[]> reader, long end) {
        boolean changed = false;
        if (read || position < end) {
            for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                changed |= apply(record);
            }
            position = reader.position(PARTITION);
        }
        if (!read && position >= end) {
            read = true;
            changed = true;
        }
        if (changed && read) {
            listeners.forEach(Runnable::run);
        }
    }

    private boolean apply(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            return false;
        }
        if (record.value() == null) {
            return records.remove(record.key()) != null;
        }
        try {
            records.put(
                    record.key(),
                    Inbound.event(record.headers(), record.value(), PolicyRecord.class));
            return true;
        } catch (UnreadableRecordException e) {
            // What stood there must not go on to allow anything.
            records.remove(record.key());
            deadLetters.put(record, "not a policy record");
            return true;
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends at once when this is closed. */
    private void pauseAfterFailure() {
        try {
            if (closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closed in the pause after a failure");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    @PreDestroy
    void close() throws InterruptedException {
        closed.countDown();
        KafkaConsumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        thread.join(Duration.ofSeconds(5));
    }
}

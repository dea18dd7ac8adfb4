package dev.parley.audit.people;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Roles and teams that the policy gives to persons, followed from the policy topic. An auditor whom
 * the policy makes a user is one here within a moment; a record of a person that cannot be read
 * gives no role, which opens nothing.
 */
@Component
public final class PolicyPeople implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyPeople.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final String USER = "user/";
    private static final Person NOBODY = new Person("", null);
    private static final int STOP_TIMEOUT_MS = 3_000;

    private final KafkaClients clients;
    private final Map<String, Person> people = new ConcurrentHashMap<>();
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private volatile @Nullable Thread thread;
    private volatile boolean running;

    PolicyPeople(KafkaClients clients) {
        this.clients = clients;
    }

    /** Empty when the policy does not name the person. */
    public Optional<Person> find(String userId) {
        return Optional.ofNullable(people.get(userId));
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("policy-people").daemon().start(this::follow);
    }

    private void follow() {
        try (KafkaConsumer<String, byte[]> reader =
                new KafkaConsumer<>(clients.consumer("policy-people"))) {
            consumer = reader;
            List<TopicPartition> whole = List.of(new TopicPartition(Topic.POLICY.topicName(), 0));
            reader.assign(whole);
            reader.seekToBeginning(whole);
            while (running) {
                poll(reader);
            }
        } catch (WakeupException | InterruptException e) {
            LOG.debug("told to stop");
        } finally {
            consumer = null;
        }
    }

    private void poll(KafkaConsumer<String, byte[]> reader) {
        try {
            reader.poll(POLL).forEach(this::take);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("the policy cannot be read at the moment: {}", e.getMessage());
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null || !record.key().startsWith(USER)) {
            return;
        }
        String userId = record.key().substring(USER.length());
        if (record.value() == null) {
            people.remove(userId);
            return;
        }
        try {
            PolicyRecord policy =
                    Inbound.event(record.headers(), record.value(), PolicyRecord.class);
            people.put(
                    userId,
                    policy instanceof PolicyRecord.User user
                            ? new Person(user.role(), user.team())
                            : NOBODY);
        } catch (UnreadableRecordException e) {
            people.put(userId, NOBODY);
            LOG.warn("a person's policy cannot be read: {}", e.getMessage());
        }
    }

    @Override
    public void stop() {
        running = false;
        KafkaConsumer<String, byte[]> reader = consumer;
        if (reader != null) {
            reader.wakeup();
        }
        Thread follower = thread;
        if (follower != null) {
            try {
                follower.join(STOP_TIMEOUT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

package dev.parley.orchestrator.policy;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;

/**
 * Brings the policy file into the topic, and the topic into this instance, before the first
 * decision.
 */
public final class PolicySource {

    private static final Logger LOG = LoggerFactory.getLogger(PolicySource.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final PolicyFile file;
    private final PolicyTopic topic;
    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final boolean administered;

    /**
     * @param administered whether the policy is kept in a database, and what is in the topic comes
     *     from there alone
     */
    public PolicySource(
            PolicyFile file,
            PolicyTopic topic,
            KafkaOperations<String, byte[]> kafka,
            Outbound outbound,
            boolean administered) {
        this.file = file;
        this.topic = topic;
        this.kafka = kafka;
        this.outbound = outbound;
        this.administered = administered;
    }

    /**
     * Returns when the policy that the file asks for is the one that decisions go by; of an
     * administered one, when the topic says anything about roles. A new topic and no PostgreSQL to
     * fill it: after a while this instance starts all the same, denies everything and is not ready.
     */
    public void establish() {
        topic.start();
        try {
            if (!topic.awaitWhole(TIMEOUT)) {
                throw new IllegalStateException(
                        "the policy topic could not be read within " + TIMEOUT);
            }
            if (administered) {
                if (!topic.await(Policy::knowsAnyRole, TIMEOUT)) {
                    LOG.warn("the policy is empty and denies everything until PostgreSQL is there");
                }
                return;
            }
            Map<String, @Nullable PolicyRecord> changes =
                    PolicyPublication.changes(file, topic.current());
            publish(changes);
            boolean read = topic.await(now -> isIn(changes, now), TIMEOUT);
            if (!read) {
                LOG.warn("another policy was published meanwhile, and it counts");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the policy was read", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the policy could not be published", e);
        }
    }

    private static boolean isIn(Map<String, @Nullable PolicyRecord> changes, Policy policy) {
        return changes.entrySet().stream()
                .allMatch(change ->
                        Objects.equals(change.getValue(), policy.subjects().get(change.getKey())));
    }

    private void publish(Map<String, @Nullable PolicyRecord> changes)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<CompletableFuture<?>> sent = new ArrayList<>();
        changes.forEach((subject, record) -> {
            LOG.info("policy: {} {}", record == null ? "removed" : "set", subject);
            sent.add(
                    kafka.send(
                            record == null
                                    ? new ProducerRecord<>(Topic.POLICY.topicName(), subject, null)
                                    : outbound.event(Topic.POLICY, subject, record, null)));
        });
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}

package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The two topics of the policy as the relay writes them: each batch is one transaction of one
 * transactional id, so that a batch is there whole or not at all, and whoever opens the log ends
 * what an earlier writer had begun. Used by one thread.
 */
final class PolicyLog implements AutoCloseable {

    private static final String TRANSACTIONAL_ID = "parley-policy-relay";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration READ_MAX = Duration.ofSeconds(30);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;

    private final KafkaClients clients;
    private final Outbound outbound;
    private final KafkaProducer<String, byte[]> producer;

    private PolicyLog(
            KafkaClients clients, Outbound outbound, KafkaProducer<String, byte[]> producer) {
        this.clients = clients;
        this.outbound = outbound;
        this.producer = producer;
    }

    /** The end of the topic of changes. */
    record Tail(@Nullable PolicyChange last, boolean expired) {}

    /** From here on every earlier writer is fenced; what it had not committed is undone. */
    static PolicyLog open(KafkaClients clients, Outbound outbound) {
        Map<String, Object> config = clients.producer("policy-relay");
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(config);
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
        return new PolicyLog(clients, outbound, producer);
    }

    /** The newest change that is in the log. */
    Tail tail() {
        TopicPartition partition = new TopicPartition(Topic.POLICY_CHANGES.topicName(), 0);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(clients.consumer("policy-changes"))) {
            consumer.assign(List.of(partition));
            long begin = begin(consumer, partition);
            long end = end(consumer, partition);
            // Aborted batches and the marks of transactions are offsets without a record.
            for (long back = 16; ; back *= 16) {
                long from = Math.max(begin, end - back);
                AtomicReference<@Nullable PolicyChange> last = new AtomicReference<>();
                read(
                        consumer,
                        partition,
                        from,
                        end,
                        record -> last.set(readable(record, PolicyChange.class)));
                if (last.get() != null || from == begin) {
                    return new Tail(last.get(), begin > 0);
                }
            }
        }
    }

    /** The policy topic as a new instance would read it; what cannot be read is null. */
    Map<String, @Nullable PolicyRecord> standing() {
        TopicPartition partition = new TopicPartition(Topic.POLICY.topicName(), 0);
        Map<String, @Nullable PolicyRecord> standing = new HashMap<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(clients.consumer("policy-reconcile"))) {
            consumer.assign(List.of(partition));
            long begin = begin(consumer, partition);
            long end = end(consumer, partition);
            read(
                    consumer,
                    partition,
                    begin,
                    end,
                    record -> {
                        if (record.value() == null) {
                            standing.remove(record.key());
                        } else {
                            standing.put(record.key(), readable(record, PolicyRecord.class));
                        }
                    });
        }
        return standing;
    }

    /** The subject as it is to stand; null removes it. */
    ProducerRecord<String, byte[]> subject(String subject, @Nullable PolicyRecord record) {
        return record == null
                ? new ProducerRecord<>(Topic.POLICY.topicName(), subject, null)
                : outbound.event(Topic.POLICY, subject, record, null);
    }

    ProducerRecord<String, byte[]> change(PolicyChange change) {
        return outbound.event(Topic.POLICY_CHANGES, change.subject(), change, null);
    }

    /** Returns when all records are in the log; an exception leaves that open. */
    void publish(List<ProducerRecord<String, byte[]>> records) {
        if (records.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        records.forEach(producer::send);
        producer.commitTransaction();
    }

    private static long begin(KafkaConsumer<?, ?> consumer, TopicPartition partition) {
        return Objects.requireNonNull(consumer.beginningOffsets(List.of(partition)).get(partition));
    }

    private static long end(KafkaConsumer<?, ?> consumer, TopicPartition partition) {
        return Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
    }

    private static void read(
            KafkaConsumer<String, byte[]> consumer,
            TopicPartition partition,
            long from,
            long end,
            Consumer<ConsumerRecord<String, byte[]>> taker) {
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + READ_MAX.toNanos();
        while (consumer.position(partition) < end) {
            consumer.poll(POLL).forEach(taker);
            if (System.nanoTime() > deadline) {
                throw new KafkaException(partition + " could not be read within " + READ_MAX);
            }
        }
    }

    private static <T extends dev.parley.schemas.record.PipelineEvent> @Nullable T readable(
            ConsumerRecord<String, byte[]> record, Class<T> type) {
        try {
            return Inbound.event(record.headers(), record.value(), type);
        } catch (UnreadableRecordException e) {
            return null;
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_MAX);
    }
}

package dev.parley.orchestrator.stream;

import dev.parley.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams' clients, with one difference: jobs do not travel in the transaction. Workers read them
 * uncommitted anyway, and in a transaction each would wait for its partition to be added and leave
 * a marker that wakes the workers for nothing. A transaction is not committed before its jobs are
 * acknowledged; one that is given up leaves jobs behind, whose requests are decided again with the
 * same job ids.
 */
final class SpeculativeDispatch implements KafkaClientSupplier {

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new TwoWays(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(
                config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    /** The transactional producer with a plain one for the jobs beside it. */
    private static final class TwoWays extends KafkaProducer<byte[], byte[]> {

        private final Producer<byte[], byte[]> jobs;

        TwoWays(Map<String, Object> config) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
            Map<String, Object> plain = new HashMap<>(config);
            plain.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
            plain.remove(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
            plain.put(
                    ProducerConfig.CLIENT_ID_CONFIG,
                    config.get(ProducerConfig.CLIENT_ID_CONFIG) + "-jobs");
            plain.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
            this.jobs =
                    new KafkaProducer<>(
                            plain, new ByteArraySerializer(), new ByteArraySerializer());
        }

        /** A job that fails fails the transaction, by the callback that Streams gives along. */
        @Override
        public Future<RecordMetadata> send(
                ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
            Callback inTurn = callback == null ? null : inTurn(callback);
            return record.topic().equals(Topic.JOBS.topicName())
                    ? jobs.send(record, inTurn)
                    : super.send(record, inTurn);
        }

        /** Streams counts on one producer, whose thread makes one call after the other. */
        private Callback inTurn(Callback callback) {
            return (metadata, failure) -> {
                synchronized (jobs) {
                    callback.onCompletion(metadata, failure);
                }
            };
        }

        /** Streams flushes before it commits. */
        @Override
        public void flush() {
            jobs.flush();
            super.flush();
        }

        @Override
        public void close() {
            jobs.close();
            super.close();
        }

        @Override
        public void close(Duration timeout) {
            jobs.close(timeout);
            super.close(timeout);
        }
    }
}

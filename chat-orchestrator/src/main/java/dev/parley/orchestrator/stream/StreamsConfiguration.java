package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka's settings of the application, from ours. */
final class StreamsConfiguration {

    /** A lane is written now and then: what the producer knows of it is kept for this long. */
    private static final Duration METADATA_IDLE = Duration.ofHours(1);

    private StreamsConfiguration() {}

    static Properties of(
            StreamsOptions options,
            KafkaSettings kafka,
            KafkaClients clients,
            Instance instance,
            String server) {
        Properties config = new Properties();
        config.putAll(clients.client("streams"));
        config.put(StreamsConfig.CLIENT_ID_CONFIG, instance.clientId("streams"));
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, options.applicationId());
        config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, server);
        config.put(StreamsConfig.STATE_DIR_CONFIG, options.stateDir().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.threads());
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.commitInterval().toMillis());
        config.put(StreamsConfig.POLL_MS_CONFIG, options.poll().toMillis());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, options.standbyReplicas());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) kafka.replicationFactor());
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallRocks.class);
        config.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, KeepGoing.class);
        producer(config, options, kafka);
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
                "earliest");
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                (int) options.sessionTimeout().toMillis());
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                (int) options.sessionTimeout().toMillis() / 4);
        return config;
    }

    private static void producer(Properties config, StreamsOptions options, KafkaSettings kafka) {
        int timeoutMs = (int) kafka.deliveryTimeout().toMillis();
        config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG), timeoutMs);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG),
                Math.min(timeoutMs, 5_000));
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), timeoutMs);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                (int) options.transactionTimeout().toMillis());
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.METADATA_MAX_IDLE_CONFIG),
                METADATA_IDLE.toMillis());
    }
}

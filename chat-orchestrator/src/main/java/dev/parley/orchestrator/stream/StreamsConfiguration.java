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

    /**
     * The first sends of a transaction are turned away while the one before is still being ended,
     * which takes some milliseconds; Kafka's default of 100 would stop the thread for that long.
     */
    private static final int RETRY_BACKOFF_MS = 5;

    /** A member learns of a rebalance with its next heartbeat. */
    private static final int HEARTBEAT_MAX_MS = 250;

    private static final long RECOVERY_LAG_RECORDS = 10_000;

    /** How often Streams looks whether a warmed-up copy can take its task back. */
    private static final Duration PROBING = Duration.ofMinutes(1);

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
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, options.guarantee());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.threads());
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.commitInterval().toMillis());
        config.put(StreamsConfig.POLL_MS_CONFIG, options.poll().toMillis());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, options.failover().standbyReplicas());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) kafka.replicationFactor());
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallRocks.class);
        config.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, KeepGoing.class);
        producer(config, options, kafka);
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
                "earliest");
        failover(config, options.failover());
        return config;
    }

    private static void failover(Properties config, StreamsOptions.Failover failover) {
        int sessionMs = (int) failover.sessionTimeout().toMillis();
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                sessionMs);
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                Math.min(sessionMs / 4, HEARTBEAT_MAX_MS));
        if (failover.instanceId() != null) {
            config.put(
                    StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                    failover.instanceId());
        }
        // A standby that is this near takes over at once and catches up then.
        config.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, RECOVERY_LAG_RECORDS);
        config.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, PROBING.toMillis());
    }

    private static void producer(Properties config, StreamsOptions options, KafkaSettings kafka) {
        int timeoutMs = (int) kafka.deliveryTimeout().toMillis();
        config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG),
                RETRY_BACKOFF_MS);
        // What is made while a request is on its way goes with the next: fewer and larger requests,
        // and none that is turned away because the one before it was.
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION),
                1);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG), timeoutMs);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG),
                Math.min(timeoutMs, 5_000));
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), timeoutMs);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                (int) options.failover().transactionTimeout().toMillis());
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.METADATA_MAX_IDLE_CONFIG),
                METADATA_IDLE.toMillis());
    }
}

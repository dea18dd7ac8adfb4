package dev.parley.autoconfigure.kafka;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The broker and what is asked of it.
 *
 * @param bootstrapServers host:port list (default localhost:9092)
 * @param partitions of every topic that is spread by user, 1 to 1,000 (default 8); fixed once the
 *     topics exist
 * @param replicationFactor of created topics; -1 (default) leaves it to the broker
 * @param workRetention how long requests, jobs, control, results and lanes stay (default 6 h)
 * @param recordRetention how long turns and flow stay; absent (default): for ever
 * @param topicTimeout how long a start waits for the declared topics (default 60 s)
 * @param deliveryTimeout after which an unacknowledged send has failed (default 10 s)
 * @param client any further Kafka client setting, for security: {@code security.protocol}, {@code
 *     sasl.*}, {@code ssl.*}
 */
@Validated
@ConfigurationProperties("parley.kafka")
public record KafkaSettings(
        @DefaultValue("localhost:9092") @NotBlank String bootstrapServers,
        @DefaultValue("8") @Min(1) @Max(1000) int partitions,
        @DefaultValue("-1") @Min(-1) short replicationFactor,
        @DefaultValue("6h") Duration workRetention,
        @Nullable Duration recordRetention,
        @DefaultValue("60s") Duration topicTimeout,
        @DefaultValue("10s") Duration deliveryTimeout,
        @DefaultValue Map<String, String> client) {}

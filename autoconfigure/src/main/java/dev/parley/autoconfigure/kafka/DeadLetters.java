package dev.parley.autoconfigure.kafka;

import dev.parley.autoconfigure.Instance;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;

/**
 * Puts poison aside, with the reason and where it stood, so that the next record is served. Metric:
 * parley.dead.letters.
 */
public final class DeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String SUFFIX = dev.parley.schemas.Topic.DEAD_LETTER_SUFFIX;

    private final KafkaOperations<String, byte[]> kafka;
    private final Instance instance;
    private final MeterRegistry meters;

    public DeadLetters(
            KafkaOperations<String, byte[]> kafka, Instance instance, MeterRegistry meters) {
        this.kafka = kafka;
        this.instance = instance;
        this.meters = meters;
    }

    /**
     * Publishes the record to its topic's dead-letter topic; the returned future of the send is not
     * waited for.
     */
    public void put(ConsumerRecord<String, byte[]> poison, String reason) {
        put(
                poison.topic(),
                poison.partition(),
                poison.offset(),
                poison.key(),
                poison.value(),
                reason);
    }

    /** As {@link #put(ConsumerRecord, String)}, for readers that hold no consumer record. */
    public void put(
            String topic,
            int partition,
            long offset,
            @Nullable String key,
            byte @Nullable [] value,
            String reason) {
        ProducerRecord<String, byte[]> out = new ProducerRecord<>(topic + SUFFIX, null, key, value);
        header(out, "dlt_reason", reason);
        header(out, "dlt_source", topic + "/" + partition + "/" + offset);
        header(out, "dlt_service", instance.service() + "/" + instance.id());
        meters.counter("parley.dead.letters", "topic", topic).increment();
        LOG.warn("dead letter from {}/{}/{}: {}", topic, partition, offset, reason);
        kafka.send(out)
                .whenComplete((sent, failure) -> {
                    if (failure != null) {
                        LOG.error(
                                "dead letter from {}/{}/{} could not be published",
                                topic,
                                partition,
                                offset,
                                failure);
                    }
                });
    }

    private static void header(ProducerRecord<String, byte[]> out, String name, String value) {
        out.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}

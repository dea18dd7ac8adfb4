package dev.parley.orchestrator;

import dev.parley.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The log as the other services write and read it. */
final class Log implements AutoCloseable {

    private final String bootstrapServers;
    private final KafkaProducer<String, byte[]> producer;

    Log(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    void create(int partitions, String... topics) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            List<NewTopic> all = new ArrayList<>();
            for (String topic : topics) {
                all.add(new NewTopic(topic, partitions, (short) 1));
            }
            admin.createTopics(all).all().get(20, TimeUnit.SECONDS);
        }
    }

    void put(Topic topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic.topicName(), key, value));
        producer.flush();
    }

    /** A reader of whole topics from their beginning. */
    Reader read(boolean committed, String... topics) {
        return new Reader(bootstrapServers, committed, topics);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }

    static final class Reader implements AutoCloseable {

        private final KafkaConsumer<String, byte[]> consumer;

        Reader(String bootstrapServers, boolean committed, String... topics) {
            consumer =
                    new KafkaConsumer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    bootstrapServers,
                                    "isolation.level",
                                    committed ? "read_committed" : "read_uncommitted",
                                    "fetch.max.wait.ms",
                                    50,
                                    "auto.offset.reset",
                                    "earliest"),
                            new StringDeserializer(),
                            new ByteArrayDeserializer());
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                consumer.partitionsFor(topic)
                        .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        Collection<ConsumerRecord<String, byte[]>> poll(Duration atMost) {
            List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
            consumer.poll(atMost).forEach(all::add);
            return all;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}

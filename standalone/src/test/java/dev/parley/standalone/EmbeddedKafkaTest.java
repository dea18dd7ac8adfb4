package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

    @TempDir Path folder;

    @Test
    void keepsTopicsRecordsAndClusterIdAcrossARestart() throws Exception {
        String clusterId;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            create(kafka, List.of("parley.turns"));
            produce(kafka, "parley.turns", "first");
            clusterId = EmbeddedKafka.clusterId(folder);
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            produce(kafka, "parley.turns", "second");

            assertThat(records(kafka, "parley.turns", 2)).containsExactly("first", "second");
            assertThat(EmbeddedKafka.clusterId(folder)).isEqualTo(clusterId);
        }
    }

    @Test
    void createsNoTopicThatNobodyDeclared() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder);
                Admin admin = admin(kafka);
                var consumer = consumer(kafka)) {
            consumer.assign(List.of(new TopicPartition("undeclared", 0)));
            consumer.poll(Duration.ofMillis(300));

            assertThat(admin.listTopics().names().get()).doesNotContain("undeclared");
        }
    }

    @Test
    void sharesOneTopicAmongAGroup() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            create(kafka, List.of("parley.jobs"));
            readFromTheBeginning(kafka, "workers");
            produce(kafka, "parley.jobs", "job");
            try (var consumer =
                    new KafkaShareConsumer<String, String>(
                            Map.of(
                                    "bootstrap.servers",
                                    kafka.bootstrapServers(),
                                    "group.id",
                                    "workers"),
                            new StringDeserializer(),
                            new StringDeserializer())) {
                consumer.subscribe(List.of("parley.jobs"));
                List<String> jobs = new ArrayList<>();
                Awaitility.await("a job through the share group")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> {
                            consumer.poll(Duration.ofMillis(100)).forEach(r -> jobs.add(r.value()));
                            return jobs.contains("job");
                        });
            }
        }
    }

    @Test
    void makesAPoolOfLanesInTime() throws Exception {
        List<String> lanes =
                IntStream.range(0, 200).mapToObj("parley.lane.%05d"::formatted).toList();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            long began = System.nanoTime();
            create(kafka, lanes);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(20));
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder);
                Admin admin = admin(kafka)) {
            assertThat(admin.listTopics().names().get()).containsAll(lanes);
        }
    }

    @Test
    void twoNodesLiveSideBySide() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (EmbeddedKafka one = EmbeddedKafka.start(folder.resolve("one"));
                EmbeddedKafka two = EmbeddedKafka.start(other)) {
            create(one, List.of("only-one"));
            try (Admin admin = admin(two)) {
                assertThat(admin.listTopics().names().get()).doesNotContain("only-one");
            }
        }
    }

    static Admin admin(EmbeddedKafka kafka) {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    static void create(EmbeddedKafka kafka, List<String> topics) throws Exception {
        try (Admin admin = admin(kafka)) {
            admin.createTopics(topics.stream().map(t -> new NewTopic(t, 1, (short) 1)).toList())
                    .all()
                    .get();
        }
    }

    static void produce(EmbeddedKafka kafka, String topic, String value) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                        new StringSerializer(),
                        new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "key", value)).get();
        }
    }

    static List<String> records(EmbeddedKafka kafka, String topic, int count) {
        try (var consumer = consumer(kafka)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            Awaitility.await(count + " records of " + topic)
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> {
                        for (ConsumerRecord<String, String> record :
                                consumer.poll(Duration.ofMillis(100))) {
                            values.add(record.value());
                        }
                        return values.size() >= count;
                    });
            return values;
        }
    }

    private static KafkaConsumer<String, String> consumer(EmbeddedKafka kafka) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static void readFromTheBeginning(EmbeddedKafka kafka, String group) throws Exception {
        try (Admin admin = admin(kafka)) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.GROUP, group),
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry(
                                                            "share.auto.offset.reset", "earliest"),
                                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}

package dev.parley.orchestrator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.TestBroker;
import dev.parley.schemas.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeculativeDispatchTest {

    private static final int RECORDS = 20_000;

    @TempDir private Path folder;

    /** Kafka Streams keeps what callbacks tell it in plain maps. */
    @Test
    void callbacksOfJobsAndOfOtherRecordsNeverRunAtOnce() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        Callback callback =
                (metadata, failure) -> {
                    if (inside.incrementAndGet() > 1) {
                        overlapped.set(true);
                    }
                    if (failure == null) {
                        told.incrementAndGet();
                    }
                    inside.decrementAndGet();
                };
        try (TestBroker broker = TestBroker.start(folder.resolve("broker"))) {
            Map<String, Object> config =
                    Map.of("bootstrap.servers", broker.bootstrapServers(), "client.id", "both");
            try (Admin admin = Admin.create(config)) {
                admin.createTopics(
                                List.of(
                                        new NewTopic(Topic.JOBS.topicName(), 1, (short) 1),
                                        new NewTopic(Topic.RESULTS.topicName(), 1, (short) 1)))
                        .all()
                        .get();
            }
            try (Producer<byte[], byte[]> producer =
                    new SpeculativeDispatch().getProducer(config)) {
                for (int i = 0; i < RECORDS; i++) {
                    Topic topic = i % 2 == 0 ? Topic.JOBS : Topic.RESULTS;
                    producer.send(
                            new ProducerRecord<>(topic.topicName(), new byte[] {1}), callback);
                }
                producer.flush();
            }
        }
        assertThat(told).hasValue(RECORDS);
        assertThat(overlapped).isFalse();
    }
}

package dev.parley.orchestrator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.OrchestratorProcess;
import dev.parley.orchestrator.TestBroker;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The instance that carries the policy's changes is killed while it carries them, one in a
 * transaction. Another one goes on: each change once, and in order.
 */
class RelayKillTest {

    private static final int CHANGES = 200;
    private static final int CARRIED_BEFORE_THE_KILL = 20;
    private static final Duration WITHIN = Orchestrator.PATIENCE;

    @TempDir Path folder;
    private TestBroker broker;
    private TestDatabase database;
    private OrchestratorProcess victim;
    private Orchestrator survivor;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        database = TestDatabase.start(folder);
        victim =
                new OrchestratorProcess(
                                "relay-victim",
                                broker,
                                folder,
                                "--parley.db.url=" + database.url(),
                                "--parley.db.user=postgres",
                                "--parley.db.password=postgres",
                                "--parley.orchestrator.streams.in-memory=true",
                                "--parley.orchestrator.administration.poll=20ms",
                                "--parley.orchestrator.administration.batch=1",
                                "--parley.orchestrator.administration.lease=15s")
                        .start()
                        .awaitReady();
        survivor =
                Orchestrator.start(
                        broker.bootstrapServers(),
                        database.url(),
                        folder.resolve("survivor"),
                        "--parley.orchestrator.administration.lease=15s");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : new AutoCloseable[] {survivor, victim, database, broker}) {
            if (part != null) {
                part.close();
            }
        }
    }

    @Test
    void whatWaitsIsCarriedByAnotherEachOnceAndInOrder() throws Exception {
        int before = changes().size();
        String carrier = carrier();
        // It stands still while the changes gather, and is killed when it has carried a few.
        victim.signal("STOP");
        for (int i = 0; i < CHANGES; i++) {
            assertThat(survivor.put("/api/admin/teams/t-" + i, "{}").status()).isEqualTo(201);
        }
        assertThat(carrier()).as("the lease has not run out meanwhile").isEqualTo(carrier);
        victim.signal("CONT");
        Awaitility.await("the first ones in the log")
                .atMost(WITHIN)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> end(Topic.POLICY_CHANGES) > before + CARRIED_BEFORE_THE_KILL);
        victim.kill();
        int waiting = database.query("SELECT subject FROM policy.outbox").size();
        assertThat(waiting).as("left for the other").isBetween(1, CHANGES - 1);
        assertThat(carrier()).isEqualTo(carrier);

        Awaitility.await("an empty outbox")
                .atMost(WITHIN)
                .until(() -> database.query("SELECT 1 FROM policy.outbox").isEmpty());
        assertThat(carrier()).isNotEqualTo(carrier);
        List<PolicyChange> changes = changes();
        System.out.printf("killed with %d of %d changes waiting%n", waiting, CHANGES);
        assertThat(changes.stream().map(PolicyChange::ordinal))
                .as("dense, none twice")
                .containsExactlyElementsOf(LongStream.range(0, before + CHANGES).boxed().toList());
        assertThat(changes.subList(before, changes.size()).stream().map(PolicyChange::subject))
                .as("in the order in which they were made")
                .containsExactlyElementsOf(
                        IntStream.range(0, CHANGES).mapToObj(i -> "team/t-" + i).toList());
        assertThat(database.query("SELECT hash FROM policy.changes ORDER BY ordinal"))
                .containsExactlyElementsOf(changes.stream().map(PolicyChange::hash).toList());
        assertThat(records(Topic.POLICY).stream().map(ConsumerRecord::key))
                .as("the policy itself, once each")
                .containsOnlyOnceElementsOf(
                        IntStream.range(0, CHANGES).mapToObj(i -> "team/t-" + i).toList());
        Awaitility.await("in effect")
                .atMost(WITHIN)
                .until(() ->
                        survivor.policy().subjects().values().stream()
                                        .filter(PolicyRecord.Team.class::isInstance)
                                        .count()
                                == CHANGES);
    }

    private String carrier() {
        return database.query("SELECT owner FROM policy.relay_lease").getFirst();
    }

    private List<PolicyChange> changes() {
        return records(Topic.POLICY_CHANGES).stream()
                .map(record -> Json.read(record.value(), PolicyChange.class))
                .toList();
    }

    /** Where readers of what is committed come to; markers of transactions count too. */
    private long end(Topic topic) {
        TopicPartition partition = new TopicPartition(topic.topicName(), 0);
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            return consumer.endOffsets(List.of(partition)).get(partition) / 2;
        }
    }

    private List<ConsumerRecord<String, byte[]>> records(Topic topic) {
        TopicPartition partition = new TopicPartition(topic.topicName(), 0);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }
}

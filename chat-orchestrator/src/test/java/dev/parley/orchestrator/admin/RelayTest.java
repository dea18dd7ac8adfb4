package dev.parley.orchestrator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.TestBroker;
import dev.parley.orchestrator.admin.Orchestrator.Answer;
import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ToolCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * From a change to its effect, with two instances, and with everything down that can be: in order,
 * each change once, and the chain of changes whole.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RelayTest {

    private static final Duration WITHIN = Orchestrator.PATIENCE;

    @TempDir static Path folder;
    private static TestBroker broker;
    private static TestDatabase database;
    private static Orchestrator first;
    private static Orchestrator second;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        database = TestDatabase.start(folder);
        first = orchestrator("first");
        second = orchestrator("second");
    }

    private static Orchestrator orchestrator(String name) {
        return Orchestrator.start(
                broker.bootstrapServers(),
                database.url(),
                folder.resolve(name),
                "--parley.orchestrator.administration.lease=2s",
                "--parley.kafka.delivery-timeout=3s");
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable part : Arrays.asList(first, second, database, broker)) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @Order(1)
    void isInEffectOnEveryInstanceWithinTwoSeconds() {
        List<Long> tookMs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Orchestrator changed = i % 2 == 0 ? first : second;
            String team = "effect-" + i;
            Answer answer = changed.put("/api/admin/teams/" + team, "{}");
            long done = System.nanoTime();
            assertThat(answer.status()).as(answer.text()).isEqualTo(201);
            Awaitility.await(team)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(WITHIN)
                    .until(() -> has(first, team) && has(second, team));
            tookMs.add((System.nanoTime() - done) / 1_000_000);
        }
        tookMs.sort(null);
        System.out.printf(
                "change to effect on both instances: p50 %d ms, p99 %d ms, max %d ms of %d%n",
                tookMs.get(49), tookMs.get(98), tookMs.getLast(), tookMs.size());
        assertThat(tookMs.get(98)).isLessThan(2_000);
        assertThatTheLogIsWhole();
    }

    @Test
    @Order(2)
    void acceptsTheFirstToolsAndLetsLaterOnesWait() {
        assertThat(
                        first.put(
                                        "/api/admin/mcp-servers/tickets",
                                        "{\"transport\":\"stdio\",\"command\":[\"x\"]}")
                                .status())
                .isEqualTo(201);
        offer(tool("search", "1"), tool("close", "1"));
        Awaitility.await("the first tools")
                .atMost(WITHIN)
                .until(
                        () -> states(second),
                        Map.of("search", "accepted", "close", "accepted")::equals);
        PolicyChange accepted = changes().getLast();
        assertThat(accepted.actor()).isEqualTo("system");
        assertThat(accepted.subject()).isEqualTo("accepted-tools/tickets");

        offer(tool("search", "2"), tool("close", "1"), tool("delete", "1"));
        Awaitility.await("the later ones")
                .atMost(WITHIN)
                .until(
                        () -> states(second),
                        Map.of("search", "changed", "close", "accepted", "delete", "new")::equals);
        assertThat(acceptedIn(first)).containsOnlyKeys("search", "close");
        assertThat(
                        first.post(
                                        "/api/admin/mcp-servers/tickets/tools/search/accept",
                                        "{\"hash\":\"" + hash("search1") + "\"}")
                                .status())
                .as("not the one that was looked at")
                .isEqualTo(409);
        Answer answer = first.post("/api/admin/mcp-servers/tickets/tools/delete/accept", null);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("state").asString()).isEqualTo("accepted");
        assertThat(first.post("/api/admin/mcp-servers/tickets/tools/none/accept", null).status())
                .isEqualTo(404);
        Awaitility.await("the accepted one counts")
                .atMost(WITHIN)
                .until(() -> acceptedIn(second).containsKey("delete"));
        assertThat(acceptedIn(second)).containsEntry("search", hash("search1"));

        assertThat(first.delete("/api/admin/mcp-servers/tickets").status()).isEqualTo(204);
        Awaitility.await("gone with its server")
                .atMost(WITHIN)
                .until(() -> acceptedIn(second).isEmpty());
    }

    @Test
    @Order(3)
    void goesOnWhereADeadRelayStopped() {
        // What an instance leaves behind that dies after its Kafka commit: the outbox still full.
        first.close();
        second.close();
        List<PolicyChange> before = changes();
        database.execute(
                "INSERT INTO policy.outbox SELECT ordinal, subject,"
                        + " (record::jsonb -> 'after')::text FROM policy.changes"
                        + " ORDER BY ordinal DESC LIMIT 3");

        first = orchestrator("first");
        second = orchestrator("second");
        Awaitility.await("an empty outbox")
                .atMost(WITHIN)
                .until(() -> database.query("SELECT 1 FROM policy.outbox").isEmpty());

        assertThat(changes()).as("nothing twice").isEqualTo(before);
        assertThat(first.put("/api/admin/teams/afterwards", "{}").status()).isEqualTo(201);
        Awaitility.await("the next change").atMost(WITHIN).until(() -> has(second, "afterwards"));
        assertThatTheLogIsWhole();
    }

    @Test
    @Order(4)
    void bringsALostTopicBack() throws Exception {
        first.close();
        second.close();
        List<PolicyChange> before = changes();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(List.of(Topic.POLICY.topicName(), Topic.POLICY_CHANGES.topicName()))
                    .all()
                    .get();
        }

        first = orchestrator("first");
        second = orchestrator("second");
        Awaitility.await("the policy in a new topic")
                .atMost(WITHIN)
                .until(() -> has(second, "afterwards") && has(second, "effect-99"));
        Awaitility.await("the changes in a new topic")
                .atMost(WITHIN)
                .untilAsserted(() -> assertThat(changes()).isEqualTo(before));
        assertThatTheLogIsWhole();
    }

    @Test
    @Order(5)
    void servesWithoutPostgresAndRecovers() {
        database.stop();
        Answer refused = first.get("/api/admin/teams");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(first.put("/api/admin/teams/down", "{}").status()).isEqualTo(503);

        second.close();
        second = orchestrator("second");
        assertThat(has(second, "afterwards")).as("from the topic alone").isTrue();
        Awaitility.await("ready without PostgreSQL")
                .atMost(WITHIN)
                .until(() -> second.readiness() == 200);
        assertThat(second.get("/api/admin/teams").status()).isEqualTo(503);

        database.startAgain();
        Awaitility.await("administration")
                .atMost(WITHIN)
                .until(() -> second.put("/api/admin/teams/up", "{}").status() == 201);
        Awaitility.await("the change").atMost(WITHIN).until(() -> has(first, "up"));
    }

    /** Last, since the broker is another one afterwards. */
    @Test
    @Order(6)
    void takesChangesWhileKafkaIsDownAndCarriesThemLater() throws Exception {
        String ordinal = database.query("SELECT max(ordinal)::text FROM policy.changes").getFirst();
        broker.close();
        for (int i = 0; i < 5; i++) {
            Answer answer = first.put("/api/admin/teams/dark-" + i, "{}");
            assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        }
        assertThat(database.query("SELECT subject FROM policy.outbox ORDER BY ordinal"))
                .containsExactly(
                        "team/dark-0", "team/dark-1", "team/dark-2", "team/dark-3", "team/dark-4");
        broker = broker.again();
        Awaitility.await("every change on every instance")
                .atMost(WITHIN)
                .until(() -> has(first, "dark-4") && has(second, "dark-4"));
        assertThat(changes().getLast().ordinal()).isEqualTo(Long.parseLong(ordinal) + 5);
        assertThatTheLogIsWhole();
    }

    private static boolean has(Orchestrator orchestrator, String team) {
        return orchestrator.policy().subjects().containsKey("team/" + team);
    }

    private static Map<String, String> acceptedIn(Orchestrator orchestrator) {
        return orchestrator.policy().subjects().get("accepted-tools/tickets")
                        instanceof PolicyRecord.AcceptedTools accepted
                ? accepted.hashes()
                : Map.of();
    }

    private static Map<String, String> states(Orchestrator orchestrator) {
        Map<String, String> states = new HashMap<>();
        for (JsonNode item :
                orchestrator.get("/api/admin/mcp-servers/tickets/tools").json().path("items")) {
            states.put(item.path("tool").asString(), item.path("state").asString());
        }
        return states;
    }

    private static ToolCatalog.ToolDescriptor tool(String name, String revision) {
        return new ToolCatalog.ToolDescriptor(
                name,
                "does " + name,
                Json.tree("{\"type\":\"object\"}".getBytes(StandardCharsets.UTF_8)),
                hash(name + revision));
    }

    private static String hash(String of) {
        return java.util.HexFormat.of()
                .formatHex(Arrays.copyOf(of.getBytes(StandardCharsets.UTF_8), 32));
    }

    private static void offer(ToolCatalog.ToolDescriptor... tools) {
        ToolCatalog catalog =
                new ToolCatalog("tickets", List.of(tools), "worker-1", Instant.now(), null);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(
                    new ProducerRecord<>(Topic.TOOLS.topicName(), "tickets", Json.write(catalog)));
        }
    }

    /** Dense, chained, equal to the database, and ending where the policy topic stands. */
    private static void assertThatTheLogIsWhole() {
        List<PolicyChange> changes = changes();
        Map<String, JsonNode> standing = new HashMap<>();
        String previous = ConversationChain.GENESIS;
        for (int i = 0; i < changes.size(); i++) {
            PolicyChange change = changes.get(i);
            assertThat(change.ordinal()).isEqualTo(i);
            assertThat(change.prevHash()).isEqualTo(previous);
            assertThat(ConversationChain.hash(Json.mapper().valueToTree(change)))
                    .isEqualTo(change.hash());
            assertThat(change.before()).isEqualTo(standing.get(change.subject()));
            previous = change.hash();
            if (change.after() == null) {
                standing.remove(change.subject());
            } else {
                standing.put(change.subject(), change.after());
            }
        }
        assertThat(database.query("SELECT hash FROM policy.changes ORDER BY ordinal"))
                .containsExactlyElementsOf(changes.stream().map(PolicyChange::hash).toList());
        Map<String, JsonNode> topic = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : records(Topic.POLICY)) {
            if (record.value() == null) {
                topic.remove(record.key());
            } else {
                topic.put(record.key(), Json.tree(record.value()));
            }
        }
        assertThat(topic).isEqualTo(standing);
        Policy policy = first.policy();
        Awaitility.await("both instances")
                .atMost(WITHIN)
                .until(() -> policy.equals(second.policy()));
    }

    private static List<PolicyChange> changes() {
        return records(Topic.POLICY_CHANGES).stream()
                .map(record -> Json.read(record.value(), PolicyChange.class))
                .toList();
    }

    private static List<ConsumerRecord<String, byte[]>> records(Topic topic) {
        TopicPartition partition = new TopicPartition(topic.topicName(), 0);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "isolation.level",
                                "read_committed"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}

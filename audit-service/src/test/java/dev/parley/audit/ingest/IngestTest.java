package dev.parley.audit.ingest;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.audit.store.MonthPartitions;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.TurnRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes once, twice, broken, early or late. */
class IngestTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final String user = newUser();
    private final String conversation = newId();
    private final String turns = Topic.TURNS.topicName();

    @Test
    void storesALinkOnceHoweverOftenItIsInTheLog() {
        String message = newId();
        TurnRecord question =
                LOG.link(user, conversation, LOG.userTurn(user, message, null, null, "Once"));
        for (int i = 0; i < 5; i++) {
            LOG.send(turns, conversation, Json.write(question));
        }
        LOG.link(user, conversation, LOG.assistantTurn(user, message, "Yes"));
        LOG.link(user, conversation, LOG.charge(message));

        SURROUNDINGS.conversation(user, conversation, 1);
        afterEverythingBefore();
        assertThat(count("links")).isEqualTo(3);
        assertThat(count("messages")).isEqualTo(2);
        assertThat(
                        AUDIT.database()
                                .sql("SELECT links FROM conversations WHERE id = ?")
                                .param(conversation)
                                .query(Long.class)
                                .single())
                .isEqualTo(3);
    }

    @Test
    void storesAStepOnceAndTwoStepsOfOneMicrosecondTwice() {
        String message = newId();
        var at = java.time.Instant.parse("2026-11-22T10:00:00.000001Z");
        for (int i = 0; i < 3; i++) {
            LOG.step(user, conversation, message, "tool_call", at);
        }
        LOG.step(user, conversation, message, "llm_thinking", at);

        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/messages/" + message + "/flow",
                flow -> flow.path("items").size() == 2);
    }

    @Test
    void writesNothingWhenItDiesBeforeTheCommitAndAllOfItTheNextTime() throws SQLException {
        DataSource database = AUDIT.bean(DataSource.class);
        LinkStore store = new LinkStore(AUDIT.bean(MonthPartitions.class));
        String message = newId();
        List<StoredLink> batch = new ArrayList<>();
        for (TurnRecord.Body body :
                List.of(
                        LOG.userTurn(user, message, null, null, "Half"),
                        LOG.assistantTurn(user, message, "Whole"))) {
            TurnRecord link = LOG.next(user, conversation, body);
            byte[] json = Json.write(link);
            batch.add(
                    store.read(new ConsumerRecord<>(turns, 99, batch.size(), conversation, json)));
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            store.write(connection, batch);
            connection.rollback();
            assertThat(count("links")).isZero();

            store.write(connection, batch);
            connection.commit();
            store.write(connection, batch);
            connection.commit();
        }
        assertThat(count("links")).isEqualTo(2);
        assertThat(count("messages")).isEqualTo(2);
    }

    @Test
    void movesAPositionOnlyFromWhereItIs() throws SQLException {
        ConsumedOffsets offsets = new ConsumedOffsets(Clock.systemUTC());
        TopicPartition partition = new TopicPartition(user, 0);
        try (Connection connection = AUDIT.bean(DataSource.class).getConnection()) {
            connection.setAutoCommit(false);
            assertThat(offsets.positions(connection, Map.of(partition, 4L)))
                    .containsEntry(partition, 4L);
            offsets.advance(connection, Map.of(partition, 4L), Map.of(partition, 9L));
            assertThat(offsets.positions(connection, Map.of(partition, 4L)))
                    .containsEntry(partition, 9L);
            assertThatThrownBy(() ->
                            offsets.advance(
                                    connection, Map.of(partition, 4L), Map.of(partition, 10L)))
                    .isInstanceOf(ConsumedOffsets.MovedElsewhereException.class);
            assertThat(offsets.positions(connection, Map.of(partition, 20L)))
                    .containsEntry(partition, 20L);
            connection.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON at all",
                "[]",
                "null",
                "{}",
                "{\"conversation_id\":\"KEY\",\"ordinal\":0,\"user_id\":\"USER\",\"role\":\"user\","
                        + "\"at\":\"2026-11-22T10:00:00Z\",\"prev_hash\":\"0\",\"hash\":\"1\","
                        + "\"body\":{\"kind\":\"approval\",\"message_id\":\"m\"}}",
                "{\"conversation_id\":\"other\",\"ordinal\":0,\"user_id\":\"USER\",\"role\":\"user\","
                        + "\"at\":\"2026-11-22T10:00:00Z\",\"prev_hash\":\"0\",\"hash\":\"1\",BODY}",
                // What PostgreSQL refuses: a NUL, a number out of range, an id too long to index.
                "{\"conversation_id\":\"KEY\",\"ordinal\":0,\"user_id\":\"a\\u0000b\",\"role\":\"user\","
                        + "\"at\":\"2026-11-22T10:00:00Z\",\"prev_hash\":\"0\",\"hash\":\"1\",BODY}",
                "{\"conversation_id\":\"KEY\",\"ordinal\":0,\"user_id\":\"USER\",\"role\":\"user\","
                        + "\"at\":\"+999999999-01-01T00:00:00Z\",\"prev_hash\":\"0\",\"hash\":\"1\",BODY}",
                "{\"conversation_id\":\"KEY\",\"ordinal\":0,\"user_id\":\"LONG\",\"role\":\"user\","
                        + "\"at\":\"2026-11-22T10:00:00Z\",\"prev_hash\":\"0\",\"hash\":\"1\",BODY}",
            })
    void putsPoisonAsideAndServesTheNext(String poison) {
        String value =
                poison.replace(
                                "BODY",
                                "\"body\":{\"kind\":\"charge\",\"message_id\":\"m\",\"reserved\":1,"
                                        + "\"requested_at\":\"2026-11-22T10:00:00Z\",\"usage\":"
                                        + "{\"input\":1,\"output\":1,\"cached\":0,\"estimated\":false}}")
                        .replace("KEY", conversation)
                        .replace("USER", user)
                        .replace("LONG", incompressible());
        LOG.send(turns, conversation, value.getBytes(StandardCharsets.UTF_8));
        LOG.exchange(user, conversation, null, "Next", "Served");

        SURROUNDINGS.conversation(user, conversation, 1);
        assertThat(deadLetters(value)).isEqualTo(1);
    }

    @Test
    void opensTextsWhenTheKeyComesLater() {
        PersonKey late = LOG.unpublishedKey(user);
        LOG.exchange(user, conversation, null, "Sealed walrus", "Yes");
        var early = SURROUNDINGS.conversation(user, conversation, 1);
        assertThat(early.at("/turns/0/text_state").stringValue()).isEqualTo("key_missing");
        assertThat(early.at("/turns/0").has("text")).isFalse();

        LOG.publish(late);

        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/conversations?query=walrus",
                list -> list.path("items").size() == 1);
        assertThat(SURROUNDINGS.conversation(user, conversation, 1).at("/turns/0/text").asString())
                .isEqualTo("Sealed walrus");
    }

    @Test
    void readsNothingOfAPersonWhoseKeyIsDestroyed() {
        LOG.exchange(user, conversation, null, "Forget the narwhal", "Yes");
        SURROUNDINGS.conversation(user, conversation, 1);
        SURROUNDINGS.indexed(user);

        LOG.destroyKey(user);

        String token = Tokens.of(user, "user");
        var shown =
                SURROUNDINGS.eventually(
                        token,
                        "/api/conversations/" + conversation,
                        c -> c.at("/turns/0/text_state").asString("").equals("erased"));
        assertThat(shown.toString()).doesNotContain("narwhal");
        assertThat(
                        AUDIT.get(
                                        token,
                                        "/api/conversations/"
                                                + conversation
                                                + "/export?format=jsonl")
                                .body())
                .doesNotContain("narwhal")
                .contains("\"text_state\":\"erased\"");
        assertThat(AUDIT.json(token, "/api/conversations?query=narwhal").path("items").size())
                .isZero();
        assertThat(
                        AUDIT.database()
                                .sql("SELECT count(*) FROM search_words WHERE user_id = ?")
                                .param(user)
                                .query(Long.class)
                                .single())
                .isZero();
        assertThat(
                        AUDIT.json(
                                        Tokens.of("a", "admin"),
                                        "/api/audit/conversations/" + conversation + "/verify")
                                .path("ok")
                                .booleanValue())
                .isTrue();
    }

    @Test
    void notesAGapInAChainAndGoesOn() {
        LOG.next(user, conversation, LOG.userTurn(user, newId(), null, null, "Lost"));
        LOG.exchange(user, conversation, null, "Kept", "Yes");

        var shown = SURROUNDINGS.conversation(user, conversation, 1);

        assertThat(shown.path("complete").booleanValue()).isFalse();
        assertThat(shown.at("/turns/0/text").stringValue()).isEqualTo("Kept");
    }

    @Test
    void holdsNoTextInTheClear() {
        String canary = "canary" + newId().replace("-", "");
        String message = newId();
        LOG.link(user, conversation, LOG.userTurn(user, message, null, null, canary + " question"));
        LOG.link(
                user,
                conversation,
                LOG.toolCall(user, message, "c", "{\"a\":\"" + canary + "\"}", canary));
        LOG.link(user, conversation, LOG.assistantTurn(user, message, "answer " + canary));
        LOG.link(
                user,
                conversation,
                LOG.refusal(user, newId(), dev.parley.schemas.frame.ErrorCode.BLOCKED, canary));
        SURROUNDINGS.conversation(user, conversation, 2);
        SURROUNDINGS.indexed(user);
        String token = Tokens.of(user, "user");
        AUDIT.patch(
                token,
                "/api/conversations/" + conversation,
                "application/json",
                "{\"title\":\"" + canary + "\"}");
        AUDIT.get(Tokens.of("a", "admin"), "/api/audit/messages?query=" + canary);
        assertThat(AUDIT.json(token, "/api/conversations?query=" + canary).path("items").size())
                .isEqualTo(1);

        List<String> tables =
                AUDIT.database()
                        .sql("SELECT tablename FROM pg_tables WHERE schemaname = 'audit'")
                        .query(String.class)
                        .list();
        assertThat(tables).contains("links", "search_words", "audit_reads", "conversation_labels");
        for (String table : tables) {
            assertThat(
                            AUDIT.database()
                                    .sql(
                                            "SELECT count(*) FROM "
                                                    + table
                                                    + " t WHERE t::text ILIKE ?")
                                    .param("%" + canary + "%")
                                    .query(Long.class)
                                    .single())
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void tellsHowFarItIs() {
        String metrics = AUDIT.management("/actuator/prometheus").body();

        assertThat(metrics)
                .contains("parley_ingest_lag{", "parley_ingest_rows_total{", "parley_search_lag")
                .contains("parley_ingest_batch_seconds");
        assertThat(AUDIT.management("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(AUDIT.management("/actuator/health/liveness").statusCode()).isEqualTo(200);
    }

    /** A link on each partition after all others, and its row: everything before was handled. */
    private void afterEverythingBefore() {
        for (int partition = 0; partition < 2; partition++) {
            String marker = newId();
            LOG.exchange(user, marker, null, "Marker", "Yes");
            SURROUNDINGS.conversation(user, marker, 1);
        }
    }

    private long count(String table) {
        return AUDIT.database()
                .sql("SELECT count(*) FROM " + table + " WHERE conversation_id = ?")
                .param(conversation)
                .query(Long.class)
                .single();
    }

    private static String incompressible() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append(newId());
        }
        return text.toString();
    }

    private static int deadLetters(String value) {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", SURROUNDINGS.broker().bootstrapServers()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition dead = new TopicPartition(Topic.TURNS.deadLetterName(), 0);
            consumer.assign(List.of(dead));
            consumer.seekToBeginning(List.of(dead));
            int[] found = {0};
            Awaitility.await("a dead letter")
                    .atMost(Surroundings.PATIENCE)
                    .until(() -> {
                        consumer.poll(Duration.ofMillis(100))
                                .forEach(letter -> {
                                    if (value.equals(
                                            new String(letter.value(), StandardCharsets.UTF_8))) {
                                        found[0]++;
                                    }
                                });
                        return found[0] > 0;
                    });
            return found[0];
        }
    }
}

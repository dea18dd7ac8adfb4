package dev.parley.audit.ingest;

import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.TestBroker;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.store.MonthPartitions;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.TurnRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Rows a second of the ingest's write path beside a bare COPY of the same rows into a table with a
 * primary key, and beside JPA's {@code saveAll} into the same table; run by hand. The bare COPY
 * reads rows that are ready; the ingest reads records of the log, JSON included, and moves the
 * positions; {@code saveAll} reads ready rows, persists entities whose ids come from a sequence, a
 * thousand a transaction, with Hibernate's own settings.
 */
final class IngestMeasurement {

    private static final int RECORDS = 120_000;
    private static final int BATCH = 4_000;
    private static final int ROUNDS = 3;
    private static final int SAVED = 10_000;

    private IngestMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        try (TestDatabase database = TestDatabase.start();
                TestBroker broker = TestBroker.start();
                LogWriter log = new LogWriter(broker.bootstrapServers())) {
            Flyway.configure()
                    .dataSource(database.url(), "postgres", "postgres")
                    .locations("classpath:db/audit")
                    .schemas("audit")
                    .load()
                    .migrate();
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(database.url() + "?user=postgres&password=postgres&currentSchema=audit");
            MonthPartitions months = months(source);
            for (int round = 1; round <= ROUNDS; round++) {
                measure("flow", source, steps(), new FlowStore(months));
                measure("links", source, links(log), new LinkStore(months));
            }
        }
    }

    private static <R> void measure(
            String name,
            PGSimpleDataSource source,
            List<ConsumerRecord<String, byte[]>> records,
            RecordStore<R> store)
            throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            String columns =
                    name.equals("flow")
                            ? "message_id, started_at, digest"
                            : "conversation_id, ordinal, at";
            statement.execute("DROP TABLE IF EXISTS bare");
            statement.execute(
                    "CREATE TABLE bare (LIKE " + name + ", PRIMARY KEY (" + columns + "))");
            statement.execute(
                    "TRUNCATE links, flow, messages, charges, conversations,"
                            + " search_pending, usage_pending, checkpoint_pending,"
                            + " consumed_offsets");
            statement.execute("CHECKPOINT");
            connection.setAutoCommit(false);
            List<R> rows = records.stream().map(store::read).toList();
            double bare = seconds(() -> bare(connection, rows));
            connection.commit();
            TopicPartition partition = new TopicPartition(records.getFirst().topic(), 0);
            ConsumedOffsets offsets = new ConsumedOffsets(Clock.systemUTC());
            offsets.positions(connection, Map.of(partition, 0L));
            connection.commit();
            AtomicLong position = new AtomicLong();
            double whole =
                    seconds(() -> ingest(connection, records, store, offsets, partition, position));
            int saved = Math.min(SAVED, records.size());
            double jpa = seconds(() -> PlainJpa.saveAll(source, records.subList(0, saved)));
            long derived = name.equals("flow") ? records.size() : rowsWritten(statement);
            System.out.printf(
                    "%-5s %d records: bare COPY %.0f rows/s, ingest %.0f records/s = %.0f %%"
                            + " (%.0f rows/s = %.0f %%), saveAll %.0f rows/s = %.0f %%%n",
                    name,
                    records.size(),
                    records.size() / bare,
                    records.size() / whole,
                    100 * bare / whole,
                    derived / whole,
                    100 * (derived / whole) / (records.size() / bare),
                    saved / jpa,
                    100 * (saved / jpa) / (records.size() / bare));
        }
    }

    private static long rowsWritten(Statement statement) throws SQLException {
        try (var row =
                statement.executeQuery(
                        "SELECT (SELECT count(*) FROM links) + (SELECT count(*) FROM messages)"
                                + " + (SELECT count(*) FROM charges)"
                                + " + (SELECT count(*) FROM usage_pending)"
                                + " + (SELECT count(*) FROM search_pending)"
                                + " + (SELECT count(*) FROM checkpoint_pending)"
                                + " + (SELECT count(*) FROM conversations)")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static <R> void bare(Connection connection, List<R> rows) throws SQLException {
        for (int from = 0; from < rows.size(); from += BATCH) {
            try (CopyRows copy = new CopyRows(connection, "bare")) {
                for (R row : rows.subList(from, Math.min(rows.size(), from + BATCH))) {
                    switch (row) {
                        case FlowStore.Step step -> bareStep(copy, step);
                        case StoredLink link -> bareLink(copy, link);
                        default -> throw new AssertionError();
                    }
                }
                copy.finish();
            }
            connection.commit();
        }
    }

    private static void bareStep(CopyRows copy, FlowStore.Step row) throws SQLException {
        Checkpoint step = row.checkpoint();
        copy.text(step.messageId())
                .time(step.startedAt())
                .number(row.digest())
                .text(step.conversationId())
                .text(step.userId())
                .text(step.name())
                .text(step.service())
                .text(step.instance())
                .number(step.durationUs())
                .text(step.status())
                .text("{\"why\":\"test\"}")
                .number(row.partition())
                .number(row.offset())
                .endRow();
    }

    private static void bareLink(CopyRows copy, StoredLink row) throws SQLException {
        TurnRecord link = row.link();
        copy.text(link.conversationId())
                .number(link.ordinal())
                .time(link.at())
                .text(link.userId())
                .text("user")
                .text(link.body().messageId())
                .text(row.json())
                .text(link.hash())
                .number(row.partition())
                .number(row.offset())
                .endRow();
    }

    private static <R> void ingest(
            Connection connection,
            List<ConsumerRecord<String, byte[]>> records,
            RecordStore<R> store,
            ConsumedOffsets offsets,
            TopicPartition partition,
            AtomicLong position)
            throws SQLException {
        for (int from = 0; from < records.size(); from += BATCH) {
            List<R> rows = new ArrayList<>();
            for (var record : records.subList(from, Math.min(records.size(), from + BATCH))) {
                rows.add(store.read(record));
            }
            store.prepare(rows);
            try (Statement settings = connection.createStatement()) {
                settings.execute("SET LOCAL synchronous_commit = off");
            }
            long next = position.get() + rows.size();
            offsets.advance(connection, Map.of(partition, position.get()), Map.of(partition, next));
            store.write(connection, rows);
            connection.commit();
            position.set(next);
        }
    }

    private static List<ConsumerRecord<String, byte[]>> steps() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        Instant at = Instant.parse("2026-11-22T10:00:00Z");
        for (int i = 0; i < RECORDS; i++) {
            String message = new UUID(i / 13 * 0x9E3779B97F4A7C15L, i / 13).toString();
            Checkpoint step =
                    new Checkpoint(
                            message,
                            message,
                            "user-" + i % 500,
                            "usage_check",
                            "chat-orchestrator",
                            "host-abc123",
                            at.plusNanos(i * 1_000L),
                            1_500,
                            "ok",
                            Map.of("why", "test"));
            records.add(
                    new ConsumerRecord<>(Topic.FLOW.topicName(), 0, i, message, Json.write(step)));
        }
        return records;
    }

    private static List<ConsumerRecord<String, byte[]>> links(LogWriter log) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        String text = "A sentence of a usual length, which somebody might have typed. ".repeat(4);
        while (records.size() < RECORDS / 4) {
            String conversation = UUID.randomUUID().toString();
            String user = "user-" + records.size() % 500;
            log.unpublishedKey(user);
            for (int turn = 0; turn < 4; turn++) {
                String message = UUID.randomUUID().toString();
                for (TurnRecord.Body body :
                        List.of(
                                log.userTurn(user, message, null, null, text),
                                log.assistantTurn(user, message, text + text),
                                log.charge(message))) {
                    byte[] json = Json.write(log.next(user, conversation, body));
                    records.add(
                            new ConsumerRecord<>(
                                    Topic.TURNS.topicName(),
                                    0,
                                    records.size(),
                                    conversation,
                                    json));
                }
            }
        }
        return records;
    }

    private static MonthPartitions months(PGSimpleDataSource source) throws Exception {
        return new MonthPartitions(source, Clock.systemUTC());
    }

    private interface Timed {
        void run() throws SQLException;
    }

    private static double seconds(Timed timed) throws SQLException {
        long began = System.nanoTime();
        timed.run();
        return (System.nanoTime() - began) / 1e9;
    }
}

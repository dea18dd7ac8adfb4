package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.Checkpoint;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checkpoints. */
final class FlowStore implements RecordStore<FlowStore.Step> {

    private static final String UNIQUE_VIOLATION = "23505";

    /** Its columns are those of {@code flow}, in their order. */
    private static final String STAGING =
            """
            CREATE TEMP TABLE IF NOT EXISTS staged_flow (
                message_id text COLLATE "C",
                started_at timestamptz,
                digest bigint,
                conversation_id text COLLATE "C",
                user_id text COLLATE "C",
                name text COLLATE "C",
                service text COLLATE "C",
                instance text COLLATE "C",
                duration_us bigint,
                status text COLLATE "C",
                detail text,
                kafka_partition integer,
                kafka_offset bigint
            ) ON COMMIT DELETE ROWS
            """;

    private static final String INSERT =
            "INSERT INTO flow SELECT * FROM staged_flow ON CONFLICT DO NOTHING";

    /**
     * A checkpoint and its place.
     *
     * @param digest the first eight bytes of the SHA-256 of the record's value
     */
    record Step(Checkpoint checkpoint, long digest, int partition, long offset) {}

    private final MonthPartitions months;

    FlowStore(MonthPartitions months) {
        this.months = months;
    }

    @Override
    public Topic topic() {
        return Topic.FLOW;
    }

    @Override
    public Step read(ConsumerRecord<String, byte[]> record) {
        Checkpoint step = Inbound.event(record.headers(), record.value(), Checkpoint.class);
        if (!step.messageId().equals(record.key())) {
            throw new UnreadableRecordException("the key is not the message's", null);
        }
        return new Step(step, digest(record.value()), record.partition(), record.offset());
    }

    @Override
    public void prepare(List<Step> rows) throws SQLException {
        months.ensure("flow", rows.stream().map(row -> row.checkpoint().startedAt()));
    }

    /**
     * Straight into the table, since repeats are rare; a batch that holds one is taken back and
     * goes by way of the staging table.
     */
    @Override
    public void write(Connection connection, List<Step> rows) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            copy(connection, "flow", rows);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback(before);
            writeWhatIsNew(connection, rows);
        }
    }

    private static void writeWhatIsNew(Connection connection, List<Step> rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(STAGING);
            copy(connection, "staged_flow", rows);
            statement.execute(INSERT);
        }
    }

    private static void copy(Connection connection, String target, List<Step> rows)
            throws SQLException {
        try (CopyRows copy = new CopyRows(connection, target)) {
            for (Step row : rows) {
                stage(copy, row);
            }
            copy.finish();
        }
    }

    private static void stage(CopyRows copy, Step row) throws SQLException {
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
                .text(step.detail().isEmpty() ? "{}" : Json.writeText(step.detail()))
                .number(row.partition())
                .number(row.offset())
                .endRow();
    }

    private static long digest(byte[] value) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(value)).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

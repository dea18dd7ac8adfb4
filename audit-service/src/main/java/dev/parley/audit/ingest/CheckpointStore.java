package dev.parley.audit.ingest;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.ChainCheckpoint.Head;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Checkpoints of the log, which a store that made them has already: it is how one that is made anew
 * gets them.
 */
final class CheckpointStore implements RecordStore<ChainCheckpoint> {

    private static final String INSERT =
            "INSERT INTO chain_checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, true)"
                    + " ON CONFLICT DO NOTHING";
    private static final String HEADS =
            """
            INSERT INTO checkpoint_heads
            SELECT ?, t.n - 1, t.c, t.o, t.h, t.p, t.k
            FROM unnest(?::text[], ?::bigint[], ?::text[], ?::integer[], ?::bigint[])
                 WITH ORDINALITY AS t(c, o, h, p, k, n)
            """;

    @Override
    public Topic topic() {
        return Topic.CHECKPOINTS;
    }

    @Override
    public ChainCheckpoint read(ConsumerRecord<String, byte[]> record) {
        return Inbound.event(record.headers(), record.value(), ChainCheckpoint.class);
    }

    @Override
    public void write(Connection connection, List<ChainCheckpoint> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement heads = connection.prepareStatement(HEADS)) {
            for (ChainCheckpoint row : rows) {
                if (insert(insert, row)) {
                    insertHeads(connection, heads, row);
                }
            }
        }
    }

    private static boolean insert(PreparedStatement insert, ChainCheckpoint row)
            throws SQLException {
        ChainCheckpoint.Statement statement = row.statement();
        insert.setLong(1, statement.number());
        insert.setObject(2, statement.at().atOffset(ZoneOffset.UTC));
        insert.setInt(3, statement.conversations());
        insert.setString(4, statement.root());
        insert.setString(5, statement.prevHash());
        insert.setString(6, ChainSignatures.hash(statement));
        insert.setString(7, row.keyId());
        insert.setString(8, row.signature());
        return insert.executeUpdate() == 1;
    }

    private static void insertHeads(
            Connection connection, PreparedStatement insert, ChainCheckpoint row)
            throws SQLException {
        List<Head> heads = row.heads();
        insert.setLong(1, row.statement().number());
        insert.setArray(2, connection.createArrayOf("text", column(heads, Head::conversationId)));
        insert.setArray(3, connection.createArrayOf("bigint", column(heads, Head::ordinal)));
        insert.setArray(4, connection.createArrayOf("text", column(heads, Head::hash)));
        insert.setArray(5, connection.createArrayOf("integer", column(heads, Head::partition)));
        insert.setArray(6, connection.createArrayOf("bigint", column(heads, Head::offset)));
        insert.executeUpdate();
    }

    private static Object[] column(
            List<Head> heads, java.util.function.Function<Head, Object> value) {
        return heads.stream().map(value).toArray();
    }
}

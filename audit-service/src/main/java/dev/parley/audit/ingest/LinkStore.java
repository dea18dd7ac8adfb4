package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.TurnRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The chain and what is derived from it: only links that are new leave rows in the other tables, so
 * a conversation's counts stay right however often a link comes. A batch goes straight into the
 * tables, since repeats are rare; one that holds a repeat is taken back and goes by way of a
 * staging table and one statement.
 */
final class LinkStore implements RecordStore<StoredLink> {

    private static final String UNIQUE_VIOLATION = "23505";

    private final MonthPartitions months;

    LinkStore(MonthPartitions months) {
        this.months = months;
    }

    @Override
    public Topic topic() {
        return Topic.TURNS;
    }

    @Override
    public StoredLink read(ConsumerRecord<String, byte[]> record) {
        TurnRecord link = Inbound.event(record.headers(), record.value(), TurnRecord.class);
        if (!link.conversationId().equals(record.key())) {
            throw new UnreadableRecordException("the key is not the conversation's", null);
        }
        if (link.ordinal() < 0) {
            throw new UnreadableRecordException("a negative ordinal", null);
        }
        return new StoredLink(
                link,
                new String(record.value(), StandardCharsets.UTF_8),
                record.partition(),
                record.offset());
    }

    @Override
    public void prepare(List<StoredLink> rows) throws SQLException {
        months.ensure("links", rows.stream().map(row -> row.link().at()));
    }

    @Override
    public void write(Connection connection, List<StoredLink> rows) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            DirectLinks.write(connection, rows);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback(before);
            writeWhatIsNew(connection, rows);
        }
    }

    private static void writeWhatIsNew(Connection connection, List<StoredLink> rows)
            throws SQLException {
        stage(connection, rows);
        try (Statement statement = connection.createStatement()) {
            statement.execute(LinkSql.INSERT);
        }
    }

    /** Brings the links to where {@link LinkSql#INSERT} takes them from. */
    static void stage(Connection connection, List<StoredLink> rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LinkSql.STAGING);
        }
        try (CopyRows copy = new CopyRows(connection, "staged_links")) {
            for (StoredLink row : rows) {
                stage(copy, row);
            }
            copy.finish();
        }
    }

    /** In the order of the staging table's columns. */
    private static void stage(CopyRows copy, StoredLink row) throws SQLException {
        TurnRecord link = row.link();
        LinkColumns c = LinkColumns.of(link);
        copy.text(link.conversationId())
                .number(link.ordinal())
                .time(link.at())
                .text(link.userId())
                .text(link.team())
                .text(link.role())
                .text(c.kind)
                .text(link.body().messageId())
                .text(row.json())
                .text(link.hash())
                .number(row.partition())
                .number(row.offset())
                .text(c.status)
                .text(c.code)
                .text(c.model)
                .text(c.entrance)
                .number(c.attempt)
                .truth(c.searchable)
                .number(c.usage == null ? null : c.usage.input())
                .number(c.usage == null ? null : c.usage.output())
                .number(c.usage == null ? null : c.usage.cached())
                .truth(c.usage != null && c.usage.estimated())
                .number(c.cost)
                .text(c.parentId)
                .text(c.regenerates)
                .time(c.startedAt)
                .time(c.firstTokenAt)
                .time(c.endedAt)
                .text(c.worker)
                .text(c.callId)
                .text(c.server)
                .text(c.tool)
                .number(c.durationMs)
                .text(c.limitName)
                .number(c.reserved)
                .time(c.requestedAt)
                .text(c.author)
                .text(c.questionId)
                .endRow();
    }
}

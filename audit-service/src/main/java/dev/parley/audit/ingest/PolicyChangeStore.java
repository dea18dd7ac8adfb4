package dev.parley.audit.ingest;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PolicyChange;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Who changed what in the policy. */
final class PolicyChangeStore implements RecordStore<PolicyChangeStore.Change> {

    private static final String INSERT =
            "INSERT INTO policy_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    + " ON CONFLICT DO NOTHING";

    /** A change with its JSON as it stood in the log, and where that was. */
    record Change(PolicyChange change, String json, int partition, long offset) {}

    @Override
    public Topic topic() {
        return Topic.POLICY_CHANGES;
    }

    @Override
    public Change read(ConsumerRecord<String, byte[]> record) {
        return new Change(
                Inbound.event(record.headers(), record.value(), PolicyChange.class),
                new String(record.value(), StandardCharsets.UTF_8),
                record.partition(),
                record.offset());
    }

    @Override
    public void write(Connection connection, List<Change> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (Change row : rows) {
                PolicyChange change = row.change();
                insert.setLong(1, change.ordinal());
                insert.setString(2, change.changeId());
                insert.setObject(3, change.at().atOffset(ZoneOffset.UTC));
                insert.setString(4, change.actor());
                insert.setString(5, change.action());
                insert.setString(6, change.subject());
                insert.setString(7, row.json());
                insert.setString(8, change.hash());
                insert.setInt(9, row.partition());
                insert.setLong(10, row.offset());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}

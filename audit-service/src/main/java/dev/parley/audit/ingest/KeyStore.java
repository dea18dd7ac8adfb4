package dev.parley.audit.ingest;

import dev.parley.audit.store.KeyDestruction;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PersonKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Persons' wrapped keys. A tombstone destroys every key of its person, with the words of the index
 * and the titles that were given; a destroyed key does not come back when the log is read again.
 */
final class KeyStore implements RecordStore<KeyStore.Change> {

    /** A new key, or the end of all keys of {@code userId}. */
    record Change(String userId, @Nullable PersonKey key, Instant at) {}

    private static final String INSERT =
            "INSERT INTO person_keys (user_id, key_id, wrapped, created_at) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT DO NOTHING";
    private static final String WAKE_INDEXER =
            "UPDATE search_pending SET retry_at = now() WHERE user_id = ?";

    @Override
    public Topic topic() {
        return Topic.KEYS;
    }

    @Override
    public Change read(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            throw new UnreadableRecordException("without a key", null);
        }
        Instant at = Instant.ofEpochMilli(record.timestamp());
        if (record.value() == null) {
            return new Change(record.key(), null, at);
        }
        PersonKey key = Inbound.event(record.headers(), record.value(), PersonKey.class);
        if (!record.key().equals(key.userId())) {
            throw new UnreadableRecordException("the key is not the user's", null);
        }
        return new Change(key.userId(), key, at);
    }

    @Override
    public void write(Connection connection, List<Change> rows) throws SQLException {
        for (Change row : rows) {
            if (row.key() == null) {
                KeyDestruction.of(connection, row.userId());
                KeyDestruction.confirm(connection, row.userId());
            } else {
                insert(connection, row.key());
                execute(connection, WAKE_INDEXER, row.userId());
            }
        }
    }

    private static void insert(Connection connection, PersonKey key) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, key.userId());
            insert.setString(2, key.keyId());
            insert.setString(3, key.wrapped());
            insert.setObject(4, key.createdAt().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql, String userId)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, userId);
            statement.executeUpdate();
        }
    }
}

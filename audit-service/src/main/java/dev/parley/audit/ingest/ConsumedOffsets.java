package dev.parley.audit.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The positions in the log, in the database whose rows they speak of. They move only from where
 * their reader believes them to be, so a reader that lost its partition stores nothing.
 */
final class ConsumedOffsets {

    private final Clock clock;

    ConsumedOffsets(Clock clock) {
        this.clock = clock;
    }

    /** Another reader moved the position, or a commit succeeded whose answer was lost. */
    static final class MovedElsewhereException extends SQLException {
        private static final long serialVersionUID = 1L;

        MovedElsewhereException(TopicPartition partition, long expected) {
            super("position of " + partition + " is no longer " + expected);
        }
    }

    /**
     * Where to read on. A partition that is new starts at {@code earliest}; one whose next record
     * the log has dropped goes on at {@code earliest} too, and the gap is noted.
     */
    Map<TopicPartition, Long> positions(Connection connection, Map<TopicPartition, Long> earliest)
            throws SQLException {
        Map<TopicPartition, Long> stored = stored(connection, earliest.keySet());
        for (var entry : earliest.entrySet()) {
            TopicPartition partition = entry.getKey();
            long first = entry.getValue();
            Long next = stored.get(partition);
            if (next == null) {
                insert(connection, partition, first);
                stored.put(partition, first);
            } else if (next < first) {
                noteGap(connection, partition, next, first);
                advance(connection, Map.of(partition, next), Map.of(partition, first));
                stored.put(partition, first);
            }
        }
        return stored;
    }

    /** Moves positions; throws {@link MovedElsewhereException} when one is not as expected. */
    void advance(
            Connection connection,
            Map<TopicPartition, Long> expected,
            Map<TopicPartition, Long> next)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "UPDATE consumed_offsets SET next_offset = ?"
                                + " WHERE topic = ? AND kafka_partition = ? AND next_offset = ?")) {
            for (var entry : next.entrySet()) {
                TopicPartition partition = entry.getKey();
                long from = expected.getOrDefault(partition, -1L);
                update.setLong(1, entry.getValue());
                update.setString(2, partition.topic());
                update.setInt(3, partition.partition());
                update.setLong(4, from);
                if (update.executeUpdate() != 1) {
                    throw new MovedElsewhereException(partition, from);
                }
            }
        }
    }

    private static Map<TopicPartition, Long> stored(
            Connection connection, Collection<TopicPartition> wanted) throws SQLException {
        Map<TopicPartition, Long> stored = new HashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT topic, kafka_partition, next_offset FROM consumed_offsets");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                TopicPartition partition = new TopicPartition(rows.getString(1), rows.getInt(2));
                if (wanted.contains(partition)) {
                    stored.put(partition, rows.getLong(3));
                }
            }
        }
        return stored;
    }

    private static void insert(Connection connection, TopicPartition partition, long offset)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO consumed_offsets (topic, kafka_partition, next_offset)"
                                + " VALUES (?, ?, ?)")) {
            insert.setString(1, partition.topic());
            insert.setInt(2, partition.partition());
            insert.setLong(3, offset);
            insert.executeUpdate();
        }
    }

    private void noteGap(Connection connection, TopicPartition partition, long from, long to)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO ingest_gaps"
                                + " (topic, kafka_partition, from_offset, to_offset, noticed_at)"
                                + " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
            insert.setString(1, partition.topic());
            insert.setInt(2, partition.partition());
            insert.setLong(3, from);
            insert.setLong(4, to);
            insert.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }
}

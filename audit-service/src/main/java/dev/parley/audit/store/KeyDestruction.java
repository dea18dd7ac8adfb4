package dev.parley.audit.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * The end of a person's keys in this database, with all that was derived from their texts: the
 * words of the index and the titles that were given. Doing it again changes nothing.
 */
public final class KeyDestruction {

    private static final List<String> DESTROY =
            List.of(
                    "UPDATE person_keys SET wrapped = NULL, destroyed_at = now()"
                            + " WHERE user_id = ? AND destroyed_at IS NULL",
                    // First what waits, which an indexer at work has locked: then its words are
                    // there
                    // to be deleted.
                    "DELETE FROM search_pending WHERE user_id = ?",
                    "DELETE FROM search_words WHERE user_id = ?",
                    "UPDATE conversation_labels SET title_sealed = NULL, title_key_id = NULL,"
                            + " version = version + 1"
                            + " WHERE user_id = ? AND title_sealed IS NOT NULL",
                    "UPDATE export_persons SET erased_at = now()"
                            + " WHERE user_id = ? AND erased_at IS NULL");
    private static final String CONFIRM =
            "UPDATE erasures SET completed_at = now() WHERE user_id = ? AND completed_at IS NULL";

    private KeyDestruction() {}

    public static void of(Connection connection, String userId) throws SQLException {
        for (String statement : DESTROY) {
            execute(connection, statement, userId);
        }
    }

    /** The log has the tombstone: whoever asked for the erasure sees it completed. */
    public static void confirm(Connection connection, String userId) throws SQLException {
        execute(connection, CONFIRM, userId);
    }

    private static void execute(Connection connection, String sql, String userId)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, userId);
            statement.executeUpdate();
        }
    }
}

package dev.parley.audit.command;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * What was forgotten and what must be kept is no part of the log. A store that is made anew beside
 * the live one takes it over, so that it does not bring back what the retention dropped or an
 * erasure has taken already, and goes on by the same rules and holds. Doing it again changes
 * nothing.
 */
final class RecordedKeeping {

    private static final List<String> TAKE_OVER =
            List.of(
                    "INSERT INTO %2$s.retention_rules SELECT * FROM %1$s.retention_rules"
                            + " ON CONFLICT DO NOTHING",
                    "INSERT INTO %2$s.legal_holds SELECT * FROM %1$s.legal_holds"
                            + " ON CONFLICT DO NOTHING",
                    "INSERT INTO %2$s.erasures SELECT * FROM %1$s.erasures ON CONFLICT DO NOTHING",
                    """
                    INSERT INTO %2$s.keeping_acts (at, actor, act, subject, detail)
                    SELECT at, actor, act, subject, detail FROM %1$s.keeping_acts
                    WHERE NOT EXISTS (SELECT 1 FROM %2$s.keeping_acts) ORDER BY id
                    """,
                    """
                    UPDATE %2$s.person_keys n SET wrapped = NULL, destroyed_at = l.destroyed_at
                    FROM %1$s.person_keys l
                    WHERE l.user_id = n.user_id AND l.key_id = n.key_id
                      AND l.wrapped IS NULL AND n.wrapped IS NOT NULL
                    """);

    /** A chain that is another at the cut is left as it is, for the comparison to name. */
    private static final String CUT =
            """
            UPDATE %2$s.conversations n SET dropped_at = l.dropped_at,
                   dropped_through = l.dropped_through, dropped_hash = l.dropped_hash
            FROM %1$s.conversations l
            WHERE l.id = n.id AND l.dropped_through IS NOT NULL
              AND n.dropped_through IS DISTINCT FROM l.dropped_through
              AND NOT EXISTS (SELECT 1 FROM %2$s.links k WHERE k.conversation_id = n.id
                              AND k.ordinal = l.dropped_through AND k.hash <> l.dropped_hash)
            """;

    private static final String DROP_FLOW =
            """
            DELETE FROM %1$s.flow f USING %1$s.links k, %1$s.conversations c
            WHERE k.message_id = f.message_id AND c.id = k.conversation_id
              AND k.ordinal <= c.dropped_through
            """;
    private static final String DROP =
            "DELETE FROM %1$s.%2$s t USING %1$s.conversations c"
                    + " WHERE c.id = t.conversation_id AND t.ordinal <= c.dropped_through";
    private static final List<String> TABLES =
            List.of(
                    "messages",
                    "tool_calls",
                    "refusals",
                    "approvals",
                    "search_pending",
                    "search_words",
                    "links");

    private RecordedKeeping() {}

    /** How many chains were cut; −1 when there is no live store to take anything from. */
    static long takeOver(DataSource database, String live, String into) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                if (!exists(statement, live)) {
                    return -1;
                }
                for (String sql : TAKE_OVER) {
                    statement.executeUpdate(sql.formatted(live, into));
                }
                long cut = statement.executeUpdate(CUT.formatted(live, into));
                if (cut > 0) {
                    statement.executeUpdate(DROP_FLOW.formatted(into));
                    for (String table : TABLES) {
                        statement.executeUpdate(DROP.formatted(into, table));
                    }
                }
                connection.commit();
                return cut;
            }
        }
    }

    private static boolean exists(Statement statement, String schema) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT to_regclass('" + schema + ".keeping_acts') IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }
}

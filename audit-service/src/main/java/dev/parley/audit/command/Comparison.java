package dev.parley.audit.command;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two schemas side by side, in one snapshot. Chains are compared one by one, in the order of their
 * ids, by a digest over each link's number, time, place in the log, hash and bytes; the other
 * tables by the number of their rows and a sum of the rows' digests, which no order changes.
 *
 * <p>What the retention dropped from one of them is no part of the record any more: it is left out
 * of both, up to the link at which it was cut. That link's hash must be the same in both, and what
 * is left out must not be more than the acts of the retention tell of.
 */
final class Comparison {

    private static final int CHAINS_PER_FETCH = 2_000;

    /** Up to where both have read. */
    private static final String BOUND =
            """
            CREATE TEMP TABLE bound ON COMMIT DROP AS
            SELECT topic, kafka_partition, least(a.next_offset, b.next_offset) AS until
            FROM %1$s.consumed_offsets a JOIN %2$s.consumed_offsets b
                 USING (topic, kafka_partition)
            """;

    /** Conversations that one of them has a link of which the other has not read yet. */
    private static final String AHEAD =
            """
            CREATE TEMP TABLE ahead ON COMMIT DROP AS
            SELECT DISTINCT conversation_id FROM (
                SELECT conversation_id, kafka_partition, kafka_offset FROM %1$s.links
                UNION ALL
                SELECT conversation_id, kafka_partition, kafka_offset FROM %2$s.links
            ) l LEFT JOIN bound b
                ON b.topic = 'parley.turns' AND b.kafka_partition = l.kafka_partition
            WHERE l.kafka_offset >= coalesce(b.until, 0)
            """;

    /** How far chains were dropped from the one or the other. */
    private static final String DROPPED =
            """
            CREATE TEMP TABLE dropped ON COMMIT DROP AS
            SELECT id AS conversation_id, max(dropped_through) AS through FROM (
                SELECT id, dropped_through FROM %1$s.conversations
                UNION ALL SELECT id, dropped_through FROM %2$s.conversations
            ) c WHERE dropped_through IS NOT NULL GROUP BY id
            """;

    /** Messages of dropped links, as far as one of them still has those. */
    private static final String DROPPED_MESSAGES =
            """
            CREATE TEMP TABLE dropped_messages ON COMMIT DROP AS
            SELECT DISTINCT l.message_id FROM dropped d JOIN (
                SELECT conversation_id, ordinal, message_id FROM %1$s.links
                UNION ALL SELECT conversation_id, ordinal, message_id FROM %2$s.links
            ) l ON l.conversation_id = d.conversation_id AND l.ordinal <= d.through
            """;

    private static final String LEFT_OUT =
            "SELECT count(*) FROM dropped d JOIN %s.links l"
                    + " ON l.conversation_id = d.conversation_id AND l.ordinal <= d.through";
    private static final String TOLD =
            "SELECT coalesce(sum((detail::jsonb ->> 'links')::bigint), 0) FROM %s.keeping_acts"
                    + " WHERE act = 'retention_run'";

    /** Where the one cut a chain at a link that is another in the other. */
    private static final String CUT_ELSEWHERE =
            """
            SELECT c.id, c.dropped_through FROM %1$s.conversations c JOIN %2$s.links l
                ON l.conversation_id = c.id AND l.ordinal = c.dropped_through
            WHERE l.hash <> c.dropped_hash ORDER BY 1
            """;

    private static final String CHAINS =
            """
            SELECT conversation_id, count(*), encode(sha256(convert_to(string_agg(
                       ordinal || '/' || extract(epoch FROM at) || '/' || kafka_partition || '/'
                       || kafka_offset || '/' || hash || '/' || user_id || '/' || kind || '/'
                       || message_id || '/' || encode(sha256(convert_to(record, 'UTF8')), 'hex'),
                       ',' ORDER BY ordinal, at), 'UTF8')), 'hex')
            FROM %s.links l
            WHERE NOT EXISTS (SELECT 1 FROM ahead a WHERE a.conversation_id = l.conversation_id)
              AND NOT EXISTS (SELECT 1 FROM dropped d
                              WHERE d.conversation_id = l.conversation_id AND l.ordinal <= d.through)
            GROUP BY conversation_id ORDER BY conversation_id
            """;

    private static final String DIGEST =
            """
            SELECT count(*), coalesce(sum(('x' || substr(md5(row_text), 1, 15))::bit(60)::bigint
                                          ::numeric), 0)::text
            FROM (SELECT (%s)::text AS row_text FROM %s.%s t WHERE %s) rows
            """;

    private static final String OF_A_CHAIN =
            "NOT EXISTS (SELECT 1 FROM ahead a WHERE a.conversation_id = t.%s)";
    private static final String KEPT =
            " AND NOT EXISTS (SELECT 1 FROM dropped d WHERE d.conversation_id = t.conversation_id"
                    + " AND t.ordinal <= d.through)";
    private static final String OF_KEPT_MESSAGE =
            " AND NOT EXISTS (SELECT 1 FROM dropped_messages d WHERE d.message_id = t.message_id)";
    private static final String READ_BY_BOTH =
            "EXISTS (SELECT 1 FROM bound b WHERE b.topic = '%s'"
                    + " AND b.kafka_partition = t.kafka_partition AND t.kafka_offset < b.until)";

    private final Connection connection;
    private final String first;
    private final String second;
    private final int differencesMax;
    private final List<String> differences = new ArrayList<>();
    private long chains;
    private long links;
    private long leftOut;
    private boolean same = true;

    /** A table of both. */
    record Table(String name, long rows, boolean same) {}

    /**
     * What was found; {@code chains} and {@code links} that are the same.
     *
     * @param leftOut links that one of them still has and the other's retention dropped
     */
    record Outcome(
            boolean same,
            long chains,
            long links,
            long leftOut,
            List<Table> tables,
            List<String> differences) {}

    private record Chain(String id, long links, String digest) {}

    Comparison(Connection connection, String first, String second, int differencesMax) {
        this.connection = connection;
        this.first = first;
        this.second = second;
        this.differencesMax = differencesMax;
    }

    Outcome run() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL TIME ZONE 'UTC'");
            statement.execute(BOUND.formatted(first, second));
            statement.execute(AHEAD.formatted(first, second));
            statement.execute("CREATE INDEX ON ahead (conversation_id)");
            statement.execute(DROPPED.formatted(first, second));
            statement.execute("CREATE INDEX ON dropped (conversation_id)");
            statement.execute(DROPPED_MESSAGES.formatted(first, second));
            statement.execute("CREATE INDEX ON dropped_messages (message_id)");
        }
        retention();
        chains();
        List<Table> tables = new ArrayList<>();
        for (var table : conditions().entrySet()) {
            tables.add(table(table.getKey(), table.getValue()));
        }
        return new Outcome(same, chains, links, leftOut, tables, differences);
    }

    /** What the retention took must be what it says that it took. */
    private void retention() throws SQLException {
        leftOut = Math.max(number(LEFT_OUT.formatted(first)), number(LEFT_OUT.formatted(second)));
        long told = Math.max(number(TOLD.formatted(first)), number(TOLD.formatted(second)));
        if (leftOut > told) {
            differ(
                    "the acts of the retention tell of "
                            + told
                            + " dropped links, and "
                            + leftOut
                            + " are gone");
        }
        cut(first, second);
        cut(second, first);
    }

    private void cut(String one, String other) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CUT_ELSEWHERE.formatted(one, other))) {
            while (row.next()) {
                differ(
                        "chain "
                                + row.getString(1)
                                + " was dropped from "
                                + one
                                + " up to link "
                                + row.getLong(2)
                                + ", which is another in "
                                + other);
            }
        }
    }

    private long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Tables that are made of the log alone, and which of their rows both have read. */
    private static Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("conversations", OF_A_CHAIN.formatted("id"));
        conditions.put("charges", OF_A_CHAIN.formatted("conversation_id"));
        for (String table : List.of("messages", "tool_calls", "refusals", "approvals")) {
            conditions.put(table, OF_A_CHAIN.formatted("conversation_id") + KEPT);
        }
        conditions.put("flow", READ_BY_BOTH.formatted("parley.flow") + OF_KEPT_MESSAGE);
        conditions.put("policy_changes", READ_BY_BOTH.formatted("parley.policy-changes"));
        return conditions;
    }

    private void chains() throws SQLException {
        try (Statement one = connection.createStatement();
                Statement other = connection.createStatement()) {
            one.setFetchSize(CHAINS_PER_FETCH);
            other.setFetchSize(CHAINS_PER_FETCH);
            try (ResultSet left = one.executeQuery(CHAINS.formatted(first));
                    ResultSet right = other.executeQuery(CHAINS.formatted(second))) {
                Chain a = next(left);
                Chain b = next(right);
                while (a != null || b != null) {
                    int order = a == null ? 1 : b == null ? -1 : compareBytes(a.id(), b.id());
                    if (order < 0 && a != null) {
                        differ("chain " + a.id() + " is in " + first + " alone");
                        a = next(left);
                    } else if (order > 0 && b != null) {
                        differ("chain " + b.id() + " is in " + second + " alone");
                        b = next(right);
                    } else if (a != null && b != null) {
                        compare(a, b);
                        a = next(left);
                        b = next(right);
                    }
                }
            }
        }
    }

    /** As collation "C" orders. */
    private static int compareBytes(String a, String b) {
        return java.util.Arrays.compareUnsigned(
                a.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                b.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void compare(Chain a, Chain b) throws SQLException {
        if (a.digest().equals(b.digest())) {
            chains++;
            links += a.links();
            return;
        }
        Long ordinal = differences.size() < differencesMax ? firstDifference(a.id()) : null;
        differ(
                "chain "
                        + a.id()
                        + " differs from link "
                        + (ordinal == null ? "?" : ordinal)
                        + " on");
    }

    private @Nullable Long firstDifference(String id) throws SQLException {
        String side =
                "SELECT ordinal, at, kafka_partition, kafka_offset, hash, user_id, kind,"
                        + " message_id, record FROM %s.links WHERE conversation_id = ?";
        String sql =
                "SELECT min(ordinal) FROM ((%1$s EXCEPT %2$s) UNION ALL (%2$s EXCEPT %1$s)) d"
                        .formatted(side.formatted(first), side.formatted(second));
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 1; i <= 4; i++) {
                select.setString(i, id);
            }
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getObject(1, Long.class) : null;
            }
        }
    }

    private Table table(String name, String condition) throws SQLException {
        String columns = columns(name);
        String[] digests = new String[2];
        long rows = 0;
        String[] schemas = {first, second};
        for (int i = 0; i < 2; i++) {
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery(
                                    DIGEST.formatted(columns, schemas[i], name, condition))) {
                row.next();
                rows = row.getLong(1);
                digests[i] = rows + "/" + row.getString(2);
            }
        }
        boolean equal = digests[0].equals(digests[1]);
        if (!equal) {
            differ("table " + name + " differs");
        }
        return new Table(name, rows, equal);
    }

    /** Columns that both have, but for what says when this store did something itself. */
    private String columns(String table) throws SQLException {
        String sql =
                """
                SELECT string_agg('t.' || quote_ident(column_name), ', ' ORDER BY column_name)
                FROM (SELECT column_name FROM information_schema.columns
                      WHERE table_name = ? AND table_schema IN (?, ?)
                        AND column_name NOT LIKE 'dropped%'
                      GROUP BY column_name HAVING count(*) = 2) c
                """;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, table);
            select.setString(2, first);
            select.setString(3, second);
            try (ResultSet row = select.executeQuery()) {
                String columns = row.next() ? row.getString(1) : null;
                if (columns == null) {
                    throw new SQLException("there is no table " + table + " in both schemas");
                }
                return "ROW(" + columns + ")";
            }
        }
    }

    private void differ(String what) {
        same = false;
        if (differences.size() < differencesMax) {
            differences.add(what);
        }
    }

    private static @Nullable Chain next(ResultSet rows) throws SQLException {
        return rows.next()
                ? new Chain(rows.getString(1), rows.getLong(2), rows.getString(3))
                : null;
    }
}

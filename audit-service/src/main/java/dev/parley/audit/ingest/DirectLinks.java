package dev.parley.audit.ingest;

import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A batch of links that are all new, each row written once, straight into its table. Leaves the
 * same rows as {@link LinkSql#INSERT} does; a batch that holds a link which is there already fails
 * with a unique violation and goes that way.
 */
final class DirectLinks {

    private static final String ASKED_BEFORE =
            "SELECT conversation_id, message_id, min(at) FROM messages"
                    + " WHERE author = 'user' AND message_id = ANY (?) GROUP BY 1, 2";

    /** Also puts down that the conversations went on. */
    private static final String CONVERSATIONS =
            """
            WITH went_on AS (
                INSERT INTO checkpoint_pending SELECT unnest(?::text[])
            )
            INSERT INTO conversations AS c (id, user_id, team, role, first_at, last_at,
                                            links, max_ordinal, messages)
            SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[],
                                 ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[])
            ON CONFLICT (id) DO UPDATE SET
                first_at = least(c.first_at, excluded.first_at),
                last_at = greatest(c.last_at, excluded.last_at),
                links = c.links + excluded.links,
                max_ordinal = greatest(c.max_ordinal, excluded.max_ordinal),
                messages = c.messages + excluded.messages
            """;

    private final Connection connection;
    private final List<Row> rows;

    private record Row(StoredLink stored, TurnRecord link, LinkColumns columns) {}

    private record Question(String conversationId, String messageId) {}

    private DirectLinks(Connection connection, List<Row> rows) {
        this.connection = connection;
        this.rows = rows;
    }

    static void write(Connection connection, List<StoredLink> links) throws SQLException {
        List<Row> rows = new ArrayList<>(links.size());
        for (StoredLink stored : links) {
            rows.add(new Row(stored, stored.link(), LinkColumns.of(stored.link())));
        }
        new DirectLinks(connection, rows).write();
    }

    private void write() throws SQLException {
        copy(
                "links (conversation_id, ordinal, at, user_id, kind, message_id, record, hash,"
                        + " kafka_partition, kafka_offset)",
                row -> true,
                DirectLinks::link);
        Map<Question, Instant> asked = asked();
        copy(
                "messages (conversation_id, ordinal, at, message_id, author, user_id, team, role,"
                        + " parent_id, regenerates, model, entrance, status, code, tokens_input,"
                        + " tokens_output, tokens_cached, cost, attempt, started_at,"
                        + " first_token_at, ended_at, worker, asked_at, first_token_ms, latency_ms)",
                row -> row.columns().author != null,
                (copy, row) -> message(copy, row, asked));
        copy(
                "tool_calls (conversation_id, ordinal, at, message_id, user_id, call_id, server,"
                        + " tool, status, duration_ms)",
                is("tool_call"),
                DirectLinks::call);
        copy(
                "refusals (conversation_id, ordinal, at, message_id, user_id, team, role, model,"
                        + " entrance, code, limit_name)",
                is("refusal"),
                DirectLinks::refusal);
        copy(
                "charges (conversation_id, ordinal, at, message_id, user_id, team, role,"
                        + " tokens_input, tokens_output, tokens_cached, estimated, cost, reserved,"
                        + " requested_at)",
                is("charge"),
                DirectLinks::charge);
        copy(
                "usage_pending (conversation_id, ordinal, queued_at, retry_at)",
                is("charge"),
                (copy, row) -> place(copy, row).text("now").text("now"));
        copy(
                "approvals (conversation_id, ordinal, at, message_id, user_id, call_id, server,"
                        + " tool, decision, decided_by, decided_at)",
                is("approval"),
                DirectLinks::approval);
        copy(
                "search_pending (conversation_id, ordinal, at, user_id, queued_at, retry_at)",
                row -> row.columns().searchable,
                (copy, row) ->
                        place(copy, row)
                                .time(row.link().at())
                                .text(row.link().userId())
                                .text("now")
                                .text("now"));
        conversations();
    }

    private interface Write {
        void to(CopyRows copy, Row row) throws SQLException;
    }

    private void copy(String target, Predicate<Row> which, Write write) throws SQLException {
        if (rows.stream().noneMatch(which)) {
            return;
        }
        try (CopyRows copy = new CopyRows(connection, target)) {
            for (Row row : rows) {
                if (which.test(row)) {
                    write.to(copy, row);
                    copy.endRow();
                }
            }
            copy.finish();
        }
    }

    private static Predicate<Row> is(String kind) {
        return row -> row.columns().kind.equals(kind);
    }

    private static CopyRows place(CopyRows copy, Row row) {
        return copy.text(row.link().conversationId()).number(row.link().ordinal());
    }

    private static CopyRows head(CopyRows copy, Row row) {
        return place(copy, row)
                .time(row.link().at())
                .text(row.link().body().messageId())
                .text(row.link().userId());
    }

    private static void link(CopyRows copy, Row row) {
        place(copy, row)
                .time(row.link().at())
                .text(row.link().userId())
                .text(row.columns().kind)
                .text(row.link().body().messageId())
                .text(row.stored().json())
                .text(row.link().hash())
                .number(row.stored().partition())
                .number(row.stored().offset());
    }

    private static void message(CopyRows copy, Row row, Map<Question, Instant> asked) {
        LinkColumns c = row.columns();
        TurnRecord link = row.link();
        boolean answers = c.kind.equals("assistant") || c.kind.equals("failure");
        Instant at =
                answers
                        ? asked.get(new Question(link.conversationId(), link.body().messageId()))
                        : null;
        place(copy, row)
                .time(link.at())
                .text(c.questionId)
                .text(c.author)
                .text(link.userId())
                .text(link.team())
                .text(link.role())
                .text(c.parentId)
                .text(c.regenerates)
                .text(c.model)
                .text(c.entrance)
                .text(c.status)
                .text(c.code)
                .number(c.usage == null ? null : c.usage.input())
                .number(c.usage == null ? null : c.usage.output())
                .number(c.usage == null ? null : c.usage.cached())
                .number(c.cost)
                .number(c.attempt)
                .time(c.startedAt)
                .time(c.firstTokenAt)
                .time(c.endedAt)
                .text(c.worker)
                .time(at)
                .number(ms(at, c.firstTokenAt))
                .number(ms(at, c.endedAt));
    }

    private static void call(CopyRows copy, Row row) {
        LinkColumns c = row.columns();
        head(copy, row)
                .text(c.callId)
                .text(c.server)
                .text(c.tool)
                .text(c.status)
                .number(c.durationMs);
    }

    private static void refusal(CopyRows copy, Row row) {
        LinkColumns c = row.columns();
        head(copy, row)
                .text(row.link().team())
                .text(row.link().role())
                .text(c.model)
                .text(c.entrance)
                .text(c.code)
                .text(c.limitName);
    }

    private static void charge(CopyRows copy, Row row) {
        LinkColumns c = row.columns();
        head(copy, row)
                .text(row.link().team())
                .text(row.link().role())
                .number(c.usage == null ? 0 : c.usage.input())
                .number(c.usage == null ? 0 : c.usage.output())
                .number(c.usage == null ? 0 : c.usage.cached())
                .truth(c.usage != null && c.usage.estimated())
                .number(c.cost)
                .number(c.reserved)
                .time(c.requestedAt);
    }

    private static void approval(CopyRows copy, Row row) {
        LinkColumns c = row.columns();
        head(copy, row)
                .text(c.callId)
                .text(c.server)
                .text(c.tool)
                .text(c.status)
                .text(c.worker)
                .time(c.endedAt);
    }

    /** When each question was asked that has its answer here. */
    private Map<Question, Instant> asked() throws SQLException {
        Map<Question, Instant> asked = new HashMap<>();
        for (Row row : rows) {
            if (row.columns().kind.equals("user")) {
                asked.merge(question(row), row.link().at(), DirectLinks::earlier);
            }
        }
        List<String> before = new ArrayList<>();
        for (Row row : rows) {
            boolean answers =
                    row.columns().kind.equals("assistant") || row.columns().kind.equals("failure");
            if (answers && !asked.containsKey(question(row))) {
                before.add(row.link().body().messageId());
            }
        }
        if (!before.isEmpty()) {
            try (PreparedStatement select = connection.prepareStatement(ASKED_BEFORE)) {
                select.setArray(1, connection.createArrayOf("text", before.toArray()));
                try (ResultSet found = select.executeQuery()) {
                    while (found.next()) {
                        asked.putIfAbsent(
                                new Question(found.getString(1), found.getString(2)),
                                found.getObject(3, OffsetDateTime.class).toInstant());
                    }
                }
            }
        }
        return asked;
    }

    private static Question question(Row row) {
        return new Question(row.link().conversationId(), row.link().body().messageId());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Rounded as PostgreSQL rounds a numeric. */
    private static @Nullable Long ms(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null
                ? null
                : Long.valueOf(
                        BigDecimal.valueOf(ChronoUnit.MICROS.between(from, to), 3)
                                .setScale(0, RoundingMode.HALF_UP)
                                .longValueExact());
    }

    /** What a batch adds to a conversation. */
    private static final class Sum {
        private TurnRecord lowest;
        private Instant first;
        private Instant last;
        private long links;
        private long maxOrdinal;
        private long messages;

        Sum(TurnRecord link) {
            lowest = link;
            first = link.at();
            last = link.at();
        }

        void add(Row row) {
            TurnRecord link = row.link();
            lowest = link.ordinal() < lowest.ordinal() ? link : lowest;
            first = earlier(first, link.at());
            last = link.at().isAfter(last) ? link.at() : last;
            links++;
            maxOrdinal = Math.max(maxOrdinal, link.ordinal());
            messages += "user".equals(row.columns().author) ? 1 : 0;
        }
    }

    private void conversations() throws SQLException {
        // In the order of the ids, so that two readers never wait for each other in a ring.
        Map<String, Sum> sums = new TreeMap<>();
        for (Row row : rows) {
            sums.computeIfAbsent(row.link().conversationId(), id -> new Sum(row.link())).add(row);
        }
        List<Sum> values = List.copyOf(sums.values());
        Object[] ids = sums.keySet().toArray();
        try (PreparedStatement upsert = connection.prepareStatement(CONVERSATIONS)) {
            upsert.setArray(1, connection.createArrayOf("text", ids));
            upsert.setArray(2, connection.createArrayOf("text", ids));
            set(upsert, 3, "text", values, sum -> sum.lowest.userId());
            set(upsert, 4, "text", values, sum -> sum.lowest.team());
            set(upsert, 5, "text", values, sum -> sum.lowest.role());
            set(upsert, 6, "timestamptz", values, sum -> sum.first.toString());
            set(upsert, 7, "timestamptz", values, sum -> sum.last.toString());
            set(upsert, 8, "bigint", values, sum -> sum.links);
            set(upsert, 9, "bigint", values, sum -> sum.maxOrdinal);
            set(upsert, 10, "bigint", values, sum -> sum.messages);
            upsert.executeUpdate();
        }
    }

    private interface Value {
        @Nullable Object of(Sum sum);
    }

    private void set(
            PreparedStatement statement, int index, String type, List<Sum> sums, Value value)
            throws SQLException {
        @Nullable Object[] column = new @Nullable Object[sums.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = value.of(sums.get(i));
        }
        statement.setArray(index, connection.createArrayOf(type, column));
    }
}

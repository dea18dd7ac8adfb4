package dev.parley.audit.inspection;

import dev.parley.audit.search.WordSearch;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.Vault;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lists messages and refusals across users, newest first. */
@Component
final class MessageQueries {

    private static final String COLUMNS =
            """
            SELECT u.message_id, u.conversation_id, u.ordinal, u.at, u.user_id, u.team, u.role,
                   u.entrance, coalesce(a.model, u.model), coalesce(a.status, 'running'), a.code,
                   a.tokens_input, a.tokens_output, a.tokens_cached, a.cost, a.attempt,
                   coalesce(a.first_token_ms,
                            (extract(epoch FROM a.first_token_at - u.at) * 1000)::bigint),
                   coalesce(a.latency_ms, (extract(epoch FROM a.ended_at - u.at) * 1000)::bigint),
                   a.worker, ku.record, ka.record, a.at
            """;
    private static final String LINKS =
            """
            LEFT JOIN links ku ON ku.conversation_id = u.conversation_id
                              AND ku.ordinal = u.ordinal AND ku.at = u.at
            LEFT JOIN links ka ON ka.conversation_id = a.conversation_id
                              AND ka.ordinal = a.ordinal AND ka.at = a.at
            """;

    private static final String ITS_ANSWER =
            """
            LEFT JOIN LATERAL (
                SELECT * FROM messages x
                WHERE x.message_id = u.message_id AND x.author = 'assistant'
                  AND x.conversation_id = u.conversation_id
                ORDER BY x.ordinal LIMIT 1
            ) a ON true
            """;

    /**
     * Each answer has one question; a plain join on two columns, which go together, would be taken
     * to find next to none.
     */
    private static final String ITS_QUESTION =
            """
            JOIN LATERAL (
                SELECT * FROM messages x
                WHERE x.message_id = a.message_id AND x.author = 'user'
                  AND x.conversation_id = a.conversation_id
                ORDER BY x.ordinal LIMIT 1
            ) u ON true
            """;

    /** By the questions, newest first. First the page, then what only its rows need. */
    private static final String BY_QUESTION =
            page("u", "user", "") + ITS_ANSWER + LINKS + newestFirst("u");

    /** As {@link #BY_QUESTION}, where the filter speaks of the answers too. */
    private static final String BY_QUESTION_AND_ANSWER =
            page("u", "user", ITS_ANSWER) + ITS_ANSWER + LINKS + newestFirst("u");

    /** By the answers, newest first, so that an index leads to those of a kind. */
    private static final String BY_ANSWER =
            page("a", "assistant", ITS_QUESTION) + ITS_QUESTION + LINKS + newestFirst("a");

    private static String page(String name, String author, String join) {
        return COLUMNS
                + "FROM (SELECT %1$s.* FROM messages %1$s\n%3$sWHERE %1$s.author = '%2$s' AND %%s %4$s LIMIT ?) %1$s\n"
                        .formatted(name, author, join, newestFirst(name));
    }

    private static String newestFirst(String name) {
        return "ORDER BY %1$s.at DESC, %1$s.message_id DESC".formatted(name);
    }

    private static final String REFUSALS =
            """
            SELECT r.message_id, r.conversation_id, r.ordinal, r.at, r.user_id, r.team, r.role,
                   r.entrance, r.model, r.code, r.limit_name, k.record
            FROM refusals r
            LEFT JOIN links k ON k.conversation_id = r.conversation_id
                             AND k.ordinal = r.ordinal AND k.at = r.at
            WHERE %s
            ORDER BY r.at DESC, r.message_id DESC
            LIMIT ?
            """;

    /** An answer that is not there after this long is none that still runs. */
    private static final String RUNNING =
            "u.at >= now() - interval '2 days' AND NOT EXISTS (SELECT 1 FROM messages x"
                    + " WHERE x.message_id = u.message_id AND x.author = 'assistant'"
                    + " AND x.conversation_id = u.conversation_id)";

    private record Row(
            AuditedMessage message,
            Instant orderedAt,
            @Nullable String question,
            @Nullable String answer) {}

    private record RefusalRow(AuditedRefusal refusal, @Nullable String link) {}

    private final JdbcClient database;
    private final Vault vault;
    private final WordSearch search;

    MessageQueries(JdbcClient database, Vault vault, WordSearch search) {
        this.database = database;
        this.vault = vault;
        this.search = search;
    }

    /**
     * Newest first: by the time of the question, or, where the filter asks for something of the
     * answer and for no user, by that of the answer.
     */
    Page<AuditedMessage> messages(AuditFilter filter) {
        boolean byAnswer = filter.asksOfAnswers() && filter.user() == null;
        String by = byAnswer ? "a" : "u";
        Conditions conditions = people(filter, by);
        if (byAnswer) {
            // An answer ends after its question, and sooner than a day later.
            conditions
                    .and("a.at < ?::timestamptz + interval '1 day'", filter.to())
                    .and("u.at < ?", filter.to());
            conditions.and("u.at >= ?", filter.from());
        } else {
            conditions.and("u.at < ?", filter.to());
        }
        answers(conditions, filter);
        ToolName.of(filter.tool()).called(conditions, "t.message_id = u.message_id", filter);
        if (!matching(conditions, "u", filter)) {
            return new Page<>(List.of(), null);
        }
        conditions.after(by + ".at", by + ".message_id", filter.after());
        List<Row> rows =
                database.sql(sql(filter, byAnswer).formatted(conditions.sql()))
                        .params(conditions.values())
                        .param(filter.limit() + 1)
                        .query((row, number) -> row(row, byAnswer))
                        .list();
        return Page.of(
                rows,
                filter.limit(),
                last -> new Cursor(last.orderedAt(), last.message().messageId()),
                this::opened);
    }

    private static String sql(AuditFilter filter, boolean byAnswer) {
        if (byAnswer) {
            return BY_ANSWER;
        }
        return filter.asksOfAnswers() ? BY_QUESTION_AND_ANSWER : BY_QUESTION;
    }

    private static void answers(Conditions conditions, AuditFilter filter) {
        if (filter.isRunning()) {
            conditions.and(RUNNING);
        } else {
            conditions.and("a.status = ?", filter.status());
        }
        conditions
                .and("a.model = ?", filter.model())
                .and("a.code = ?", filter.code())
                .and("a.latency_ms >= ?", filter.minLatencyMs())
                .and("a.first_token_ms >= ?", filter.minFirstTokenMs());
    }

    /** A refused message called no tool, took no time and has no status but its own. */
    Page<AuditedRefusal> refusals(AuditFilter filter) {
        boolean none =
                filter.tool() != null
                        || filter.minLatencyMs() != null
                        || filter.minFirstTokenMs() != null
                        || filter.status() != null && !filter.status().equals("refused");
        Conditions conditions = people(filter, "r").and("r.at < ?", filter.to());
        conditions.and("r.model = ?", filter.model()).and("r.code = ?", filter.code());
        if (none || !matching(conditions, "r", filter)) {
            return new Page<>(List.of(), null);
        }
        conditions.after("r.at", "r.message_id", filter.after());
        List<RefusalRow> rows =
                database.sql(REFUSALS.formatted(conditions.sql()))
                        .params(conditions.values())
                        .param(filter.limit() + 1)
                        .query((row, number) -> refusal(row))
                        .list();
        return Page.of(
                rows,
                filter.limit(),
                last -> new Cursor(last.refusal().at(), last.refusal().messageId()),
                this::openedRefusals);
    }

    private static Conditions people(AuditFilter filter, String table) {
        return new Conditions()
                .and(table + ".user_id = ?", filter.user())
                .and(table + ".team = ?", filter.team())
                .and(table + ".role = ?", filter.role())
                .and(table + ".at >= ?", filter.from());
    }

    /** False when the query has no word, which matches nothing. */
    private boolean matching(Conditions conditions, String table, AuditFilter filter) {
        if (filter.query() == null) {
            return true;
        }
        String words = search.query(filter.query());
        if (words == null) {
            return false;
        }
        String having =
                "EXISTS (SELECT 1 FROM search_words w WHERE w.conversation_id = "
                        + table
                        + ".conversation_id AND w.message_id = "
                        + table
                        + ".message_id AND w.words @@ ?::tsquery";
        String user = filter.user();
        if (user == null) {
            conditions.and(having + ")", words);
        } else {
            conditions.and(having, words, " AND w.user_id = ?)", user);
        }
        return true;
    }

    private static Row row(ResultSet row, boolean byAnswer) throws SQLException {
        return new Row(
                new AuditedMessage(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10),
                        row.getString(11),
                        row.getObject(12, Long.class),
                        row.getObject(13, Long.class),
                        row.getObject(14, Long.class),
                        row.getObject(15, BigDecimal.class),
                        row.getObject(16, Integer.class),
                        row.getObject(17, Long.class),
                        row.getObject(18, Long.class),
                        row.getString(19),
                        null,
                        null),
                row.getObject(byAnswer ? 22 : 4, OffsetDateTime.class).toInstant(),
                row.getString(20),
                row.getString(21));
    }

    private static RefusalRow refusal(ResultSet row) throws SQLException {
        return new RefusalRow(
                new AuditedRefusal(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10),
                        row.getString(11),
                        null),
                row.getString(12));
    }

    private List<AuditedMessage> opened(List<Row> rows) {
        Keyring keys =
                vault.keyring(
                        rows.stream().map(row -> row.message().user()).collect(Collectors.toSet()));
        return rows.stream()
                .map(row -> {
                    AuditedMessage m = row.message();
                    return new AuditedMessage(
                            m.messageId(),
                            m.conversationId(),
                            m.ordinal(),
                            m.at(),
                            m.user(),
                            m.team(),
                            m.role(),
                            m.entrance(),
                            m.model(),
                            m.status(),
                            m.code(),
                            m.tokensInput(),
                            m.tokensOutput(),
                            m.tokensCached(),
                            m.cost(),
                            m.attempt(),
                            m.firstTokenMs(),
                            m.latencyMs(),
                            m.worker(),
                            text(keys, row.question()),
                            text(keys, row.answer()));
                })
                .toList();
    }

    private List<AuditedRefusal> openedRefusals(List<RefusalRow> rows) {
        Keyring keys =
                vault.keyring(
                        rows.stream().map(row -> row.refusal().user()).collect(Collectors.toSet()));
        return rows.stream().map(row -> row.refusal().withText(text(keys, row.link()))).toList();
    }

    private static @Nullable String text(Keyring keys, @Nullable String link) {
        if (link == null) {
            return null;
        }
        TurnRecord record = Json.read(link.getBytes(StandardCharsets.UTF_8), TurnRecord.class);
        SealedText sealed =
                switch (record.body()) {
                    case UserTurn turn -> turn.text();
                    case AssistantTurn turn -> turn.text();
                    case FailureTurn turn -> turn.partial();
                    case RefusalTurn turn -> turn.text();
                    case TurnRecord.ImportedTurn turn -> turn.text();
                    default -> null;
                };
        return keys.open(record.userId(), record.body().messageId(), sealed).text();
    }
}

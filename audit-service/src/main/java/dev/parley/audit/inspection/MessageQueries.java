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
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lists messages and refusals across users, newest first. */
@Component
final class MessageQueries {

    private static final String MESSAGES =
            """
            SELECT u.message_id, u.conversation_id, u.ordinal, u.at, u.user_id, u.team, u.role,
                   u.entrance, coalesce(a.model, u.model), coalesce(a.status, 'running'), a.code,
                   a.tokens_input, a.tokens_output, a.tokens_cached, a.cost, a.attempt,
                   (extract(epoch FROM a.first_token_at - u.at) * 1000)::bigint,
                   (extract(epoch FROM a.ended_at - u.at) * 1000)::bigint,
                   a.worker, ku.record, ka.record
            FROM messages u
            LEFT JOIN LATERAL (
                SELECT * FROM messages x
                WHERE x.message_id = u.message_id AND x.author = 'assistant'
                  AND x.conversation_id = u.conversation_id
                ORDER BY x.ordinal LIMIT 1
            ) a ON true
            LEFT JOIN links ku ON ku.conversation_id = u.conversation_id
                              AND ku.ordinal = u.ordinal AND ku.at = u.at
            LEFT JOIN links ka ON ka.conversation_id = a.conversation_id
                              AND ka.ordinal = a.ordinal AND ka.at = a.at
            WHERE u.author = 'user' AND %s
            ORDER BY u.at DESC, u.message_id DESC
            LIMIT ?
            """;
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
    private static final String TOOL =
            "EXISTS (SELECT 1 FROM tool_calls t WHERE t.message_id = %s"
                    + " AND ? IN (t.tool, t.server || '__' || t.tool))";

    private record Row(
            AuditedMessage message, @Nullable String question, @Nullable String answer) {}

    private record RefusalRow(AuditedRefusal refusal, @Nullable String link) {}

    private final JdbcClient database;
    private final Vault vault;
    private final WordSearch search;

    MessageQueries(JdbcClient database, Vault vault, WordSearch search) {
        this.database = database;
        this.vault = vault;
        this.search = search;
    }

    Page<AuditedMessage> messages(AuditFilter filter) {
        Conditions conditions = people(filter, "u");
        conditions
                .and("coalesce(a.model, u.model) = ?", filter.model())
                .and("coalesce(a.status, 'running') = ?", filter.status())
                .and("a.code = ?", filter.code())
                .and(TOOL.formatted("u.message_id"), filter.tool())
                .and(
                        "a.ended_at - u.at >= make_interval(secs => ? / 1000.0)",
                        filter.minLatencyMs());
        if (!matching(conditions, "u", filter)) {
            return new Page<>(List.of(), null);
        }
        conditions.after("u.at", "u.message_id", filter.after());
        List<Row> rows =
                database.sql(MESSAGES.formatted(conditions.sql()))
                        .params(conditions.values())
                        .param(filter.limit() + 1)
                        .query((row, number) -> row(row))
                        .list();
        return Page.of(
                rows,
                filter.limit(),
                last -> new Cursor(last.message().at(), last.message().messageId()),
                this::opened);
    }

    Page<AuditedRefusal> refusals(AuditFilter filter) {
        Conditions conditions = people(filter, "r");
        conditions.and("r.model = ?", filter.model()).and("r.code = ?", filter.code());
        if (!matching(conditions, "r", filter)) {
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
                .and(table + ".at >= ?", filter.from())
                .and(table + ".at < ?", filter.to());
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
        conditions.and(
                table
                        + ".message_id IN (SELECT w.message_id FROM search_words w"
                        + " WHERE w.words @@ ?::tsquery)",
                words);
        return true;
    }

    private static Row row(ResultSet row) throws SQLException {
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

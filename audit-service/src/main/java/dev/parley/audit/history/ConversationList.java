package dev.parley.audit.history;

import dev.parley.audit.search.WordSearch;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.Vault;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
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

/**
 * Lists conversations, newest first. The order is that of their beginning, which no later message
 * changes: a reader who pages on meets each conversation once, whatever is written meanwhile.
 */
@Component
public final class ConversationList {

    /** First the page, then what only its rows need: the planner weighs the former alone. */
    private static final String SELECT =
            """
            SELECT p.*, first.record
            FROM (
                SELECT c.id, c.user_id, c.team, c.role, c.first_at, c.last_at, c.messages,
                       coalesce(l.archived, false), l.title_key_id, l.title_sealed
                FROM conversations c
                LEFT JOIN conversation_labels l ON l.conversation_id = c.id
                WHERE %s
                ORDER BY c.first_at DESC, c.id DESC
                LIMIT ?
            ) p
            LEFT JOIN LATERAL (
                SELECT k.record FROM links k
                WHERE k.conversation_id = p.id AND k.at BETWEEN p.first_at AND p.last_at
                  AND k.kind IN ('user', 'refusal', 'imported')
                ORDER BY k.ordinal LIMIT 1
            ) first ON true
            ORDER BY p.first_at DESC, p.id DESC
            """;

    private record Row(
            ConversationSummary summary,
            String userId,
            @Nullable SealedText givenTitle,
            @Nullable String firstLink) {}

    private final JdbcClient database;
    private final Vault vault;
    private final WordSearch search;
    private final HistorySettings settings;

    ConversationList(
            JdbcClient database, Vault vault, WordSearch search, HistorySettings settings) {
        this.database = database;
        this.vault = vault;
        this.search = search;
        this.settings = settings;
    }

    /** The user's own. */
    Page<ConversationSummary> own(String userId, ConversationFilter filter) {
        Conditions conditions =
                new Conditions()
                        .and("c.user_id = ?", userId)
                        .and("c.first_at >= ?", filter.from())
                        .and("c.first_at < ?", filter.to())
                        .and("coalesce(l.archived, false) = ?", filter.archived());
        if (filter.query() != null && !matching(conditions, filter.query(), userId)) {
            return new Page<>(List.of(), null);
        }
        conditions.after("c.first_at", "c.id", filter.after());
        return page(conditions, filter.limit(), false);
    }

    /**
     * Conversations of whoever fits {@code conditions}, which speak of {@code conversations c}.
     *
     * @param named whether the answer says whose they are
     */
    public Page<ConversationSummary> page(Conditions conditions, int limit, boolean named) {
        List<Row> rows =
                database.sql(SELECT.formatted(conditions.sql()))
                        .params(conditions.values())
                        .param(limit + 1)
                        .query((row, number) -> row(row, named))
                        .list();
        return Page.of(
                rows,
                limit,
                last -> new Cursor(last.summary().createdAt(), last.summary().id()),
                this::titled);
    }

    /**
     * Adds the full-text condition; false when the text has no word, which matches nothing.
     *
     * @param userId whose words; null for everybody's
     */
    public boolean matching(Conditions conditions, String text, @Nullable String userId) {
        String query = search.query(text);
        if (query == null) {
            return false;
        }
        String having =
                "c.id IN (SELECT w.conversation_id FROM search_words w WHERE w.words @@ ?::tsquery";
        if (userId == null) {
            conditions.and(having + ")", query);
        } else {
            conditions.and(having, query, " AND w.user_id = ?)", userId);
        }
        return true;
    }

    private static Row row(ResultSet row, boolean named) throws SQLException {
        String titleKey = row.getString(9);
        String titleSealed = row.getString(10);
        String userId = row.getString(2);
        return new Row(
                new ConversationSummary(
                        row.getString(1),
                        null,
                        row.getBoolean(8),
                        time(row, 5),
                        time(row, 6),
                        row.getLong(7),
                        named ? userId : null,
                        named ? row.getString(3) : null,
                        named ? row.getString(4) : null),
                userId,
                titleKey == null || titleSealed == null
                        ? null
                        : new SealedText(titleKey, titleSealed),
                row.getString(11));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private List<ConversationSummary> titled(List<Row> rows) {
        Keyring keys = vault.keyring(rows.stream().map(Row::userId).collect(Collectors.toSet()));
        return rows.stream().map(row -> titled(row, keys)).toList();
    }

    private ConversationSummary titled(Row row, Keyring keys) {
        ConversationSummary s = row.summary();
        TurnRecord first =
                row.firstLink() == null
                        ? null
                        : Json.read(
                                row.firstLink().getBytes(StandardCharsets.UTF_8), TurnRecord.class);
        String title =
                Titles.title(
                        keys, s.id(), row.userId(), row.givenTitle(), first, settings.titleChars());
        return new ConversationSummary(
                s.id(),
                title,
                s.archived(),
                s.createdAt(),
                s.updatedAt(),
                s.messages(),
                s.user(),
                s.team(),
                s.role());
    }
}

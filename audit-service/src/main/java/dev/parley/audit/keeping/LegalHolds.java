package dev.parley.audit.keeping;

import dev.parley.audit.store.RepeatedWords;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Who and what must not be forgotten, whoever asks. */
@Component
class LegalHolds {

    /** True of conversations {@code c} that a hold keeps; has no parameters. */
    static final String ON_CONVERSATION =
            "EXISTS (SELECT 1 FROM legal_holds h WHERE h.released_at IS NULL AND ("
                    + "(h.kind = 'user' AND h.subject = c.user_id)"
                    + " OR (h.kind = 'conversation_id' AND h.subject = c.id)"
                    + " OR (h.kind = 'team' AND h.subject = c.team)))";

    private static final String ON_USER =
            "SELECT h.hold_id FROM legal_holds h WHERE h.released_at IS NULL AND ("
                    + "(h.kind = 'user' AND h.subject = :user)"
                    + " OR (h.kind = 'conversation_id' AND h.subject IN"
                    + " (SELECT c.id FROM conversations c WHERE c.user_id = :user))"
                    + " OR (h.kind = 'team' AND h.subject IN"
                    + " (SELECT c.team FROM conversations c WHERE c.user_id = :user))) LIMIT 1";
    private static final String COLUMNS =
            "SELECT hold_id, kind, subject, reason, placed_by, placed_at, released_by,"
                    + " released_at FROM legal_holds ";

    /** {@code kind} is user, conversation_id or team. */
    record Hold(
            String holdId,
            String kind,
            String subject,
            String reason,
            String placedBy,
            Instant placedAt,
            @Nullable String releasedBy,
            @Nullable Instant releasedAt) {}

    private final JdbcClient database;
    private final RepeatedWords words;
    private final KeepingActs acts;
    private final Clock clock;

    LegalHolds(JdbcClient database, RepeatedWords words, KeepingActs acts, Clock clock) {
        this.database = database;
        this.words = words;
        this.acts = acts;
        this.clock = clock;
    }

    @Transactional
    public Hold place(String kind, String subject, String reason, String by) {
        String id = UUID.randomUUID().toString();
        database.sql(
                        "INSERT INTO legal_holds (hold_id, kind, subject, reason, placed_by,"
                                + " placed_at) VALUES (?, ?, ?, ?, ?, ?)")
                .params(List.of(id, kind, subject, reason, by, now()))
                .update();
        acts.write(by, "hold_placed", kind + "/" + subject, Map.of("hold_id", id));
        return database.sql(COLUMNS + "WHERE hold_id = ?").param(id).query(this::hold).single();
    }

    /** False when no such hold stands. */
    @Transactional
    public boolean release(String id, String by) {
        int released =
                database.sql(
                                "UPDATE legal_holds SET released_by = ?, released_at = ?"
                                        + " WHERE hold_id = ? AND released_at IS NULL")
                        .params(List.of(by, now(), id))
                        .update();
        if (released == 1) {
            acts.write(by, "hold_released", id, Map.of());
        }
        return released == 1;
    }

    /** Newest first, released ones too. */
    Page<Hold> list(@Nullable Cursor after, int limit) {
        String sql =
                COLUMNS
                        + (after == null ? "" : "WHERE (placed_at, hold_id) < (:at, :id) ")
                        + "ORDER BY placed_at DESC, hold_id DESC LIMIT :limit";
        var query = database.sql(sql).param("limit", limit + 1);
        if (after != null) {
            query = query.param("at", after.at().atOffset(ZoneOffset.UTC)).param("id", after.id());
        }
        return Page.of(
                query.query(this::hold).list(),
                limit,
                last -> new Cursor(last.placedAt(), last.holdId()),
                all -> all);
    }

    /** The hold that keeps something of this person; null when none does. */
    @Nullable String on(String userId) {
        return database.sql(ON_USER)
                .param("user", userId)
                .query(String.class)
                .optional()
                .orElseGet(() -> onRerun(userId));
    }

    /** A hold on a rerun keeps the words that it repeats. */
    private @Nullable String onRerun(String userId) {
        Map<String, String> held = new HashMap<>();
        database.sql(
                        "SELECT subject, hold_id FROM legal_holds"
                                + " WHERE kind = 'conversation_id' AND released_at IS NULL")
                .query((row, number) -> held.put(row.getString(1), row.getString(2)))
                .list();
        return held.isEmpty()
                ? null
                : words.persons(held.keySet()).entrySet().stream()
                        .filter(repeated -> repeated.getValue().contains(userId))
                        .map(repeated -> held.get(repeated.getKey()))
                        .findFirst()
                        .orElse(null);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private Hold hold(ResultSet row, int number) throws SQLException {
        OffsetDateTime released = row.getObject(8, OffsetDateTime.class);
        return new Hold(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getString(7),
                released == null ? null : released.toInstant());
    }
}

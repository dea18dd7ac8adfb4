package dev.parley.audit.replay;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The questions of reruns, and what the record has of their answers. */
@Component
class AnswerTable {

    private final JdbcClient database;

    AnswerTable(JdbcClient database) {
        this.database = database;
    }

    /** Waiting → asked → answered, refused or failed; a refusal that may pass is asked again. */
    enum State {
        WAITING,
        ASKED,
        ANSWERED,
        REFUSED,
        FAILED;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        boolean isOver() {
            return this != WAITING && this != ASKED;
        }
    }

    /** A question of a rerun. */
    record Row(
            int number,
            String messageId,
            String derivedMessageId,
            State state,
            int tries,
            @Nullable Instant askedAt) {

        boolean isOlderThan(Duration age, Instant now) {
            return askedAt != null && askedAt.plus(age).isBefore(now);
        }
    }

    /** What became of a question; {@code code} of a refusal or failure. */
    record End(State state, @Nullable String code) {}

    void insert(String replayId, List<Row> rows) {
        database.sql(
                        """
                        INSERT INTO replay_answers
                        SELECT ?, t.n, t.m, t.d, 'waiting', 0, NULL
                        FROM unnest(?::integer[], ?::text[], ?::text[]) AS t(n, m, d)
                        """)
                .param(replayId)
                .param(rows.stream().map(Row::number).toArray(Integer[]::new))
                .param(rows.stream().map(Row::messageId).toArray(String[]::new))
                .param(rows.stream().map(Row::derivedMessageId).toArray(String[]::new))
                .update();
    }

    List<Row> of(String replayId) {
        return database.sql(
                        "SELECT number, message_id, derived_message_id, state, tries, asked_at"
                                + " FROM replay_answers WHERE replay_id = ? ORDER BY number")
                .param(replayId)
                .query((row, n) ->
                        new Row(
                                row.getInt(1),
                                row.getString(2),
                                row.getString(3),
                                State.valueOf(row.getString(4).toUpperCase(java.util.Locale.ROOT)),
                                row.getInt(5),
                                row.getObject(6, OffsetDateTime.class) == null
                                        ? null
                                        : row.getObject(6, OffsetDateTime.class).toInstant()))
                .list();
    }

    void asked(String replayId, int number, Instant at) {
        database.sql(
                        "UPDATE replay_answers SET state = 'asked', tries = tries + 1, asked_at = ?"
                                + " WHERE replay_id = ? AND number = ?")
                .param(at.atOffset(ZoneOffset.UTC))
                .param(replayId)
                .param(number)
                .update();
    }

    void over(String replayId, int number, State state) {
        database.sql("UPDATE replay_answers SET state = ? WHERE replay_id = ? AND number = ?")
                .param(state.label())
                .param(replayId)
                .param(number)
                .update();
    }

    /** Empty while nothing has come; an answer counts before a refusal of an earlier try. */
    Optional<End> endOf(String derivedConversation, String derivedMessage) {
        return database.sql(
                        """
                        SELECT state, code FROM (
                            SELECT CASE WHEN code IS NULL THEN 'answered' ELSE 'failed' END AS state,
                                   code, 0 AS rank
                            FROM messages
                            WHERE message_id = ? AND conversation_id = ? AND author = 'assistant'
                            UNION ALL
                            SELECT 'refused', code, 1 FROM refusals
                            WHERE conversation_id = ? AND message_id = ?
                        ) ends ORDER BY rank LIMIT 1
                        """)
                .param(derivedMessage)
                .param(derivedConversation)
                .param(derivedConversation)
                .param(derivedMessage)
                .query((row, n) ->
                        new End(
                                State.valueOf(row.getString(1).toUpperCase(java.util.Locale.ROOT)),
                                row.getString(2)))
                .optional();
    }

    /** Whether the question itself has been admitted, so that its answer is on the way. */
    boolean isAdmitted(String derivedConversation, String derivedMessage) {
        return database.sql(
                                "SELECT count(*) FROM messages WHERE message_id = ? AND conversation_id = ?"
                                        + " AND author = 'user'")
                        .param(derivedMessage)
                        .param(derivedConversation)
                        .query(Long.class)
                        .single()
                > 0;
    }
}

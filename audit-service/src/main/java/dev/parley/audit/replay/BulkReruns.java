package dev.parley.audit.replay;

import dev.parley.autoconfigure.web.ProblemException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Many conversations run again, one after another, until all are or the budget is spent. What was
 * spent is what the record says was charged for the derived conversations, so an answer that is on
 * its way when the budget ends is the most that goes beyond it.
 */
@Component
class BulkReruns {

    private static final String SELECT =
            """
            SELECT r.rerun_id, r.state, r.model, r.budget_tokens, r.budget_cost, r.requested_by,
                   r.requested_role, r.requested_at, i.total, i.begun, p.over, p.failed,
                   c.tokens, c.cost
            FROM reruns r
            CROSS JOIN LATERAL (
                SELECT count(*) AS total, count(replay_id) AS begun
                FROM rerun_items WHERE rerun_id = r.rerun_id
            ) i
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE state NOT IN ('running', 'paused')) AS over,
                       count(*) FILTER (WHERE state = 'failed') AS failed
                FROM replays WHERE rerun_id = r.rerun_id
            ) p
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(x.tokens_input + x.tokens_output), 0) AS tokens,
                       coalesce(sum(x.cost), 0) AS cost
                FROM charges x WHERE x.conversation_id IN (
                    SELECT derived_id FROM replays WHERE rerun_id = r.rerun_id)
            ) c
            """;

    private final JdbcClient database;
    private final Reruns reruns;

    BulkReruns(JdbcClient database, Reruns reruns) {
        this.database = database;
        this.reruns = reruns;
    }

    /**
     * How a bulk stands.
     *
     * @param state running, paused, done, cancelled or budget_spent
     * @param begun conversations that were taken up; {@code over} of them ended
     */
    record Bulk(
            String id,
            String state,
            @Nullable String model,
            @Nullable Long budgetTokens,
            @Nullable BigDecimal budgetCost,
            String requestedBy,
            String requestedRole,
            Instant requestedAt,
            long total,
            long begun,
            long over,
            long failed,
            long tokens,
            BigDecimal cost) {

        boolean isSpent() {
            return budgetTokens != null && tokens >= budgetTokens
                    || budgetCost != null && cost.compareTo(budgetCost) >= 0;
        }
    }

    /** A conversation of a bulk. */
    record Item(String conversationId, @Nullable String replayId, @Nullable String state) {}

    @Transactional
    public void insert(Bulk bulk, String filterSealed, List<String> conversations) {
        database.sql(
                        "INSERT INTO reruns (rerun_id, state, filter_sealed, model, budget_tokens,"
                                + " budget_cost, requested_by, requested_role, requested_at)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .param(bulk.id())
                .param(bulk.state())
                .param(filterSealed)
                .param(bulk.model())
                .param(bulk.budgetTokens())
                .param(bulk.budgetCost())
                .param(bulk.requestedBy())
                .param(bulk.requestedRole())
                .param(bulk.requestedAt().atOffset(ZoneOffset.UTC))
                .update();
        database.sql(
                        "INSERT INTO rerun_items SELECT ?, t.n - 1, t.c, NULL"
                                + " FROM unnest(?::text[]) WITH ORDINALITY AS t(c, n)")
                .param(bulk.id())
                .param(conversations.toArray(String[]::new))
                .update();
    }

    /** Those that are no reruns themselves. */
    List<String> recorded(List<String> conversations) {
        return database.sql(
                        "SELECT t.c FROM unnest(?::text[]) WITH ORDINALITY AS t(c, n)"
                                + " WHERE NOT EXISTS (SELECT 1 FROM replays"
                                + " WHERE derived_id = t.c) ORDER BY t.n")
                .param(conversations.toArray(String[]::new))
                .query((row, n) -> row.getString(1))
                .list();
    }

    Optional<Bulk> find(String id) {
        return database.sql(SELECT + "WHERE r.rerun_id = ?")
                .param(id)
                .query(BulkReruns::bulk)
                .optional();
    }

    List<Item> items(String id, int max) {
        return database.sql(
                        "SELECT i.conversation_id, i.replay_id, p.state FROM rerun_items i"
                                + " LEFT JOIN replays p ON p.replay_id = i.replay_id"
                                + " WHERE i.rerun_id = ? ORDER BY i.number LIMIT ?")
                .param(id)
                .param(max)
                .query((row, n) -> new Item(row.getString(1), row.getString(2), row.getString(3)))
                .list();
    }

    /** Takes each bulk that runs a step further; within the runner's turn. */
    void step() {
        database.sql(SELECT + "WHERE r.state = 'running' ORDER BY r.requested_at")
                .query(BulkReruns::bulk)
                .list()
                .forEach(this::step);
    }

    private void step(Bulk bulk) {
        if (bulk.isSpent()) {
            end(bulk.id(), "budget_spent", "cancelled", "the budget is spent");
        } else if (bulk.begun() > bulk.over()) {
            return; // one at a time, so that the budget is exceeded by one answer at most
        } else if (bulk.begun() == bulk.total()) {
            end(bulk.id(), "done", null, null);
        } else {
            begin(bulk);
        }
    }

    private void begin(Bulk bulk) {
        String conversation =
                database.sql(
                                "SELECT conversation_id FROM rerun_items"
                                        + " WHERE rerun_id = ? AND replay_id IS NULL"
                                        + " ORDER BY number LIMIT 1")
                        .param(bulk.id())
                        .query(String.class)
                        .single();
        try {
            Replay replay =
                    reruns.begin(
                            conversation,
                            bulk.requestedBy(),
                            bulk.requestedRole(),
                            bulk.model(),
                            bulk.id());
            database.sql(
                            "UPDATE rerun_items SET replay_id = ?"
                                    + " WHERE rerun_id = ? AND conversation_id = ?")
                    .param(replay.id())
                    .param(bulk.id())
                    .param(conversation)
                    .update();
        } catch (ProblemException e) {
            // Nothing of it can be read any more, for example since its person was erased.
            database.sql("DELETE FROM rerun_items WHERE rerun_id = ? AND conversation_id = ?")
                    .param(bulk.id())
                    .param(conversation)
                    .update();
        }
    }

    /** Pause, resume or cancel, with what runs of it. */
    void control(String id, String from, String to) {
        int changed =
                database.sql("UPDATE reruns SET state = ? WHERE rerun_id = ? AND state = ?")
                        .param(to)
                        .param(id)
                        .param(from)
                        .update();
        if (changed == 1) {
            database.sql(
                            "UPDATE replays SET state = ?, epoch = epoch + 1"
                                    + " WHERE rerun_id = ? AND state = ?")
                    .param(to)
                    .param(id)
                    .param(from)
                    .update();
        }
    }

    void cancel(String id) {
        end(id, "cancelled", "cancelled", null);
    }

    private void end(String id, String state, @Nullable String ofReplays, @Nullable String error) {
        database.sql(
                        "UPDATE reruns SET state = ?, finished_at = now()"
                                + " WHERE rerun_id = ? AND state IN ('running', 'paused')")
                .param(state)
                .param(id)
                .update();
        if (ofReplays != null) {
            database.sql(
                            "UPDATE replays SET state = ?, error = ?, finished_at = now()"
                                    + " WHERE rerun_id = ? AND state IN ('running', 'paused')")
                    .param(ofReplays)
                    .param(error)
                    .param(id)
                    .update();
        }
    }

    private static Bulk bulk(ResultSet row, int number) throws SQLException {
        return new Bulk(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getObject(4, Long.class),
                row.getBigDecimal(5),
                row.getString(6),
                row.getString(7),
                row.getObject(8, OffsetDateTime.class).toInstant(),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getLong(13),
                row.getBigDecimal(14));
    }
}

package dev.parley.audit.replay;

import dev.parley.audit.replay.Replay.Mode;
import dev.parley.audit.replay.Replay.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Replays in PostgreSQL. */
@Component
class ReplayTable {

    private static final String SELECT =
            "SELECT replay_id, mode, state, conversation_id, requested_by, requested_role,"
                    + " requested_at, speed, idle_max_ms, position_ms, epoch, seeks, model, derived_id,"
                    + " rerun_id, error FROM replays ";

    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final Clock clock = Clock.systemUTC();

    ReplayTable(JdbcClient database, PlatformTransactionManager transactions) {
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** Runs the work in a transaction, unless another instance is at it. */
    void inTurn(Runnable work) {
        transaction.executeWithoutResult(status -> {
            boolean mine =
                    database.sql("SELECT pg_try_advisory_xact_lock(hashtext('parley/reruns'))")
                            .query(Boolean.class)
                            .single();
            if (mine) {
                work.run();
            }
        });
    }

    void insert(Replay replay) {
        database.sql(
                        "INSERT INTO replays (replay_id, mode, state, conversation_id, requested_by,"
                                + " requested_role, requested_at, speed, idle_max_ms, position_ms,"
                                + " epoch, seeks, model, derived_id, rerun_id)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .param(replay.id())
                .param(replay.mode().label())
                .param(replay.state().label())
                .param(replay.conversationId())
                .param(replay.requestedBy())
                .param(replay.requestedRole())
                .param(replay.requestedAt().atOffset(ZoneOffset.UTC))
                .param(replay.speed())
                .param(replay.idleMaxMs())
                .param(replay.positionMs())
                .param(replay.epoch())
                .param(replay.seeks())
                .param(replay.model())
                .param(replay.derivedId())
                .param(replay.rerunId())
                .update();
    }

    Optional<Replay> find(String id) {
        return database.sql(SELECT + "WHERE replay_id = ?")
                .param(id)
                .query(ReplayTable::replay)
                .optional();
    }

    List<Replay> runningReruns(int max) {
        return database.sql(
                        SELECT
                                + "WHERE mode = 'rerun' AND state = 'running'"
                                + " ORDER BY requested_at, replay_id LIMIT ?")
                .param(max)
                .query(ReplayTable::replay)
                .list();
    }

    /** A word of whoever controls it; what is null stays. */
    void control(
            String id, @Nullable State state, @Nullable Double speed, @Nullable Long positionMs) {
        database.sql(
                        "UPDATE replays SET state = coalesce(?, state), speed = coalesce(?, speed),"
                                + " position_ms = coalesce(?, position_ms), epoch = epoch + 1,"
                                + " seeks = seeks + CASE WHEN ?::bigint IS NULL THEN 0 ELSE 1 END,"
                                + " finished_at = CASE WHEN ?::text = 'cancelled' THEN now() END"
                                + " WHERE replay_id = ?")
                .param(state == null ? null : state.label())
                .param(speed)
                .param(positionMs)
                .param(positionMs)
                .param(state == null ? null : state.label())
                .param(id)
                .update();
    }

    /** How far a player came, unless somebody has said something since {@code epoch}. */
    void reached(String id, long epoch, long positionMs) {
        database.sql("UPDATE replays SET position_ms = ? WHERE replay_id = ? AND epoch = ?")
                .param(positionMs)
                .param(id)
                .param(epoch)
                .update();
    }

    /** Ends it, unless it has ended; an ending is no word that a player has to notice. */
    void finish(String id, State state, @Nullable String error) {
        database.sql(
                        "UPDATE replays SET state = ?, error = ?, finished_at = ?"
                                + " WHERE replay_id = ? AND state IN ('running', 'paused')")
                .param(state.label())
                .param(error)
                .param(clock.instant().atOffset(ZoneOffset.UTC))
                .param(id)
                .update();
    }

    private static Replay replay(ResultSet row, int number) throws SQLException {
        return new Replay(
                row.getString(1),
                Mode.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
                State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getDouble(8),
                row.getObject(9, Long.class),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getString(13),
                row.getString(14),
                row.getString(15),
                row.getString(16));
    }
}

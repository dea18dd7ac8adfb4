package dev.parley.audit.keeping;

import dev.parley.audit.store.KeyDestruction;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.RequestEvent;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Erasures of persons. States: requested (the keys are gone here, in the transaction that writes
 * the act down) → published (the log has the request) → done (the orchestrator's tombstone has come
 * back by the log). What the log does not take is sent again, which does no harm twice.
 */
@Component
class Erasures {

    private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);
    private static final String COLUMNS =
            "SELECT erasure_id, user_id, requested_by, requested_at, published_at, completed_at"
                    + " FROM erasures ";

    /**
     * An act of forgetting.
     *
     * @param state requested, published or done
     */
    record Erasure(
            String erasureId,
            String user,
            String state,
            String requestedBy,
            Instant requestedAt,
            @Nullable Instant completedAt) {}

    private final JdbcTemplate database;
    private final JdbcClient queries;
    private final LegalHolds holds;
    private final KeepingActs acts;
    private final KafkaTemplate<String, byte[]> kafka;
    private final Outbound outbound;
    private final Clock clock;

    Erasures(
            JdbcTemplate database,
            LegalHolds holds,
            KeepingActs acts,
            KafkaTemplate<String, byte[]> kafka,
            Outbound outbound,
            Clock clock) {
        this.database = database;
        this.queries = JdbcClient.create(database);
        this.holds = holds;
        this.acts = acts;
        this.kafka = kafka;
        this.outbound = outbound;
        this.clock = clock;
    }

    /** Destroys the keys here and writes the act down; {@link #publish} tells the others. */
    @Transactional
    public Erasure request(String userId, String by) {
        String hold = holds.on(userId);
        if (hold != null) {
            throw new ProblemException(
                    ErrorCode.CONFLICT, "The legal hold " + hold + " keeps this person's record.");
        }
        String id = UUID.randomUUID().toString();
        queries.sql(
                        "INSERT INTO erasures (erasure_id, user_id, requested_by, requested_at)"
                                + " VALUES (?, ?, ?, ?)")
                .params(List.of(id, userId, by, now()))
                .update();
        database.execute(
                (ConnectionCallback<Boolean>)
                        connection -> {
                            destroy(connection, userId);
                            return true;
                        });
        acts.write(by, "erasure", "user/" + userId, Map.of("erasure_id", id));
        return find(id);
    }

    private static void destroy(Connection connection, String userId) throws SQLException {
        KeyDestruction.of(connection, userId);
    }

    /** Asks the orchestrator, which owns the keys; true when the log has it. */
    boolean publish(Erasure erasure) {
        RequestEvent.ErasureRequested request =
                new RequestEvent.ErasureRequested(
                        erasure.erasureId(),
                        erasure.user(),
                        new Caller(erasure.requestedBy(), null, null, "auditor", null),
                        null,
                        erasure.requestedAt());
        try {
            kafka.send(outbound.event(Topic.REQUESTS, erasure.user(), request, null)).join();
        } catch (RuntimeException e) {
            LOG.warn("an erasure waits for Kafka: {}", e.getClass().getSimpleName());
            return false;
        }
        queries.sql("UPDATE erasures SET published_at = ? WHERE erasure_id = ?")
                .params(List.of(now(), erasure.erasureId()))
                .update();
        return true;
    }

    /** Sends what the log has not taken. */
    void publishWaiting() {
        queries.sql(COLUMNS + "WHERE published_at IS NULL ORDER BY requested_at LIMIT 100")
                .query(this::erasure)
                .list()
                .forEach(this::publish);
    }

    Erasure find(String id) {
        return queries.sql(COLUMNS + "WHERE erasure_id = ?")
                .param(id)
                .query(this::erasure)
                .optional()
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.NOT_FOUND, "There is no such erasure."));
    }

    /** Newest first. */
    Page<Erasure> list(@Nullable String userId, @Nullable Cursor after, int limit) {
        String sql =
                COLUMNS
                        + "WHERE true"
                        + (userId == null ? "" : " AND user_id = :user")
                        + (after == null ? "" : " AND (requested_at, erasure_id) < (:at, :id)")
                        + " ORDER BY requested_at DESC, erasure_id DESC LIMIT :limit";
        var query = queries.sql(sql).param("limit", limit + 1);
        if (userId != null) {
            query = query.param("user", userId);
        }
        if (after != null) {
            query = query.param("at", after.at().atOffset(ZoneOffset.UTC)).param("id", after.id());
        }
        return Page.of(
                query.query(this::erasure).list(),
                limit,
                last -> new Cursor(last.requestedAt(), last.erasureId()),
                all -> all);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private Erasure erasure(ResultSet row, int number) throws SQLException {
        OffsetDateTime completed = row.getObject(6, OffsetDateTime.class);
        return new Erasure(
                row.getString(1),
                row.getString(2),
                completed != null ? "done" : row.getObject(5) != null ? "published" : "requested",
                row.getString(3),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                completed == null ? null : completed.toInstant());
    }
}

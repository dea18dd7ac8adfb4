package dev.parley.audit.exports;

import dev.parley.audit.history.ExportFormat;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The table of jobs. A running job is leased to an instance, which renews by every note it makes.
 */
@Component
class ExportJobs {

    private static final String COLUMNS =
            "SELECT j.export_id, j.format, j.filter_sealed, j.target, j.requested_by,"
                    + " j.requested_role, j.team_scope, j.requested_at, j.state, j.done, j.total,"
                    + " j.bytes, j.cursor_at, j.cursor_id, j.location, j.error, j.finished_at,"
                    + " (SELECT count(*) FROM export_persons p WHERE p.export_id = j.export_id"
                    + " AND p.erased_at IS NOT NULL) FROM export_jobs j ";
    private static final String CLAIM =
            "UPDATE export_jobs SET state = 'running', lease_until = ? WHERE export_id = ("
                    + "SELECT export_id FROM export_jobs WHERE state = 'waiting'"
                    + " OR (state = 'running' AND lease_until < ?)"
                    + " ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
                    + " RETURNING export_id";

    private final JdbcClient database;
    private final Clock clock;

    ExportJobs(JdbcClient database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    void add(ExportJob job) {
        database.sql(
                        "INSERT INTO export_jobs (export_id, format, filter_sealed, target,"
                                + " requested_by, requested_role, team_scope, requested_at, state,"
                                + " done, total, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting',"
                                + " 0, ?, 0)")
                .params(
                        Arrays.asList(
                                job.id(),
                                job.format().parameter(),
                                job.filterSealed(),
                                job.target(),
                                job.requestedBy(),
                                job.requestedRole(),
                                job.teamScope(),
                                job.requestedAt().atOffset(ZoneOffset.UTC),
                                job.total()))
                .update();
    }

    Optional<ExportJob> find(String id) {
        return database.sql(COLUMNS + "WHERE j.export_id = ?")
                .param(id)
                .query(ExportJobs::job)
                .optional();
    }

    /** Newest first. */
    Page<ExportJob> list(@Nullable Cursor after, int limit) {
        var query =
                database.sql(
                                COLUMNS
                                        + (after == null
                                                ? ""
                                                : "WHERE (j.requested_at, j.export_id)"
                                                        + " < (:at, :id) ")
                                        + "ORDER BY j.requested_at DESC, j.export_id DESC"
                                        + " LIMIT :limit")
                        .param("limit", limit + 1);
        if (after != null) {
            query = query.param("at", after.at().atOffset(ZoneOffset.UTC)).param("id", after.id());
        }
        return Page.of(
                query.query(ExportJobs::job).list(),
                limit,
                last -> new Cursor(last.requestedAt(), last.id()),
                all -> all);
    }

    /** The next job that nobody works on. */
    Optional<ExportJob> claim(Duration lease) {
        OffsetDateTime now = now();
        return database.sql(CLAIM)
                .param(now.plus(lease))
                .param(now)
                .query(String.class)
                .optional()
                .flatMap(this::find);
    }

    /** What of the file is certain from now on, and whose texts are in it. */
    @Transactional
    public void note(
            String id,
            long done,
            long bytes,
            Cursor last,
            Collection<String> persons,
            Duration lease) {
        database.sql(
                        "UPDATE export_jobs SET done = ?, bytes = ?, cursor_at = ?, cursor_id = ?,"
                                + " total = greatest(total, ?), lease_until = ?"
                                + " WHERE export_id = ?")
                .param(done)
                .param(bytes)
                .param(last.at().atOffset(ZoneOffset.UTC))
                .param(last.id())
                .param(done)
                .param(now().plus(lease))
                .param(id)
                .update();
        database.sql(
                        "INSERT INTO export_persons (export_id, user_id)"
                                + " SELECT ?, unnest(?::text[]) ON CONFLICT DO NOTHING")
                .param(id)
                .param(persons.toArray(String[]::new))
                .update();
    }

    void finish(String id, long bytes, String location) {
        database.sql(
                        "UPDATE export_jobs SET state = 'done', bytes = ?, location = ?,"
                                + " total = done, finished_at = ?, lease_until = NULL"
                                + " WHERE export_id = ?")
                .param(bytes)
                .param(location)
                .param(now())
                .param(id)
                .update();
    }

    void fail(String id, String error) {
        database.sql(
                        "UPDATE export_jobs SET state = 'failed', error = ?, finished_at = ?,"
                                + " lease_until = NULL WHERE export_id = ?")
                .param(error)
                .param(now())
                .param(id)
                .update();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static ExportJob job(ResultSet row, int number) throws SQLException {
        Instant cursorAt = time(row, 13);
        String cursorId = row.getString(14);
        return new ExportJob(
                row.getString(1),
                ExportFormat.of(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getObject(8, OffsetDateTime.class).toInstant(),
                row.getString(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                cursorAt == null || cursorId == null ? null : new Cursor(cursorAt, cursorId),
                row.getString(15),
                row.getString(16),
                time(row, 17),
                row.getLong(18));
    }

    private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

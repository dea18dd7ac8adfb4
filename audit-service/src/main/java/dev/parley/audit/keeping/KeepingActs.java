package dev.parley.audit.keeping;

import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.schemas.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What was done to the record, by whom and to what; written in the transaction of the act. */
@Component
class KeepingActs {

    /** {@code detail} is an object of small facts. */
    record Act(long id, Instant at, String actor, String act, String subject, JsonNode detail) {}

    private final JdbcClient database;
    private final Clock clock;

    KeepingActs(JdbcClient database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    void write(String actor, String act, String subject, Map<String, ?> detail) {
        database.sql(
                        "INSERT INTO keeping_acts (at, actor, act, subject, detail)"
                                + " VALUES (?, ?, ?, ?, ?)")
                .param(clock.instant().atOffset(ZoneOffset.UTC))
                .param(actor)
                .param(act)
                .param(subject)
                .param(Json.writeText(detail))
                .update();
    }

    /** Newest first. */
    Page<Act> list(@Nullable Cursor after, int limit) {
        List<Act> acts =
                database.sql(
                                "SELECT id, at, actor, act, subject, detail FROM keeping_acts"
                                        + " WHERE ?::timestamptz IS NULL OR (at, id) < (?, ?)"
                                        + " ORDER BY at DESC, id DESC LIMIT ?")
                        .param(after == null ? null : after.at().atOffset(ZoneOffset.UTC))
                        .param(after == null ? null : after.at().atOffset(ZoneOffset.UTC))
                        .param(after == null ? 0L : after.number())
                        .param(limit + 1)
                        .query((row, number) ->
                                new Act(
                                        row.getLong(1),
                                        row.getObject(2, OffsetDateTime.class).toInstant(),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5),
                                        Json.tree(
                                                row.getString(6).getBytes(StandardCharsets.UTF_8))))
                        .list();
        return Page.of(
                acts, limit, last -> new Cursor(last.at(), Long.toString(last.id())), all -> all);
    }
}

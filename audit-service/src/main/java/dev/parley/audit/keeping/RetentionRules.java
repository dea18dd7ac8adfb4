package dev.parley.audit.keeping;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** How many days a role's or a team's conversations are kept after their last turn. */
@Component
class RetentionRules {

    /** {@code kind} is roles or teams. */
    record Rule(String kind, String name, int days, String setBy, Instant setAt) {}

    private final JdbcClient database;
    private final KeepingActs acts;
    private final Clock clock;

    RetentionRules(JdbcClient database, KeepingActs acts, Clock clock) {
        this.database = database;
        this.acts = acts;
        this.clock = clock;
    }

    List<Rule> list() {
        return database.sql(
                        "SELECT kind, name, days, set_by, set_at FROM retention_rules"
                                + " ORDER BY kind, name")
                .query((row, number) ->
                        new Rule(
                                row.getString(1),
                                row.getString(2),
                                row.getInt(3),
                                row.getString(4),
                                row.getObject(5, OffsetDateTime.class).toInstant()))
                .list();
    }

    @Transactional
    public Rule set(String kind, String name, int days, String by) {
        Instant now = clock.instant();
        database.sql(
                        "INSERT INTO retention_rules (kind, name, days, set_by, set_at)"
                                + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET"
                                + " days = excluded.days, set_by = excluded.set_by,"
                                + " set_at = excluded.set_at")
                .params(List.of(kind, name, days, by, now.atOffset(ZoneOffset.UTC)))
                .update();
        acts.write(by, "retention_set", kind + "/" + name, Map.of("days", days));
        return new Rule(kind, name, days, by, now);
    }

    /** False when there was none. */
    @Transactional
    public boolean remove(String kind, String name, String by) {
        boolean removed =
                database.sql("DELETE FROM retention_rules WHERE kind = ? AND name = ?")
                                .params(List.of(kind, name))
                                .update()
                        == 1;
        if (removed) {
            acts.write(by, "retention_removed", kind + "/" + name, Map.of());
        }
        return removed;
    }
}

package dev.parley.audit.usage;

import dev.parley.audit.store.SchemaReady;
import dev.parley.audit.work.RepeatedWork;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Adds charges to their day's sums, each once: what is taken from the queue and what is added are
 * one statement. Several instances share the work. Metric: {@code parley.usage.lag} (age in seconds
 * of the oldest charge that waits).
 */
@Component
public final class UsageSums {

    private static final String ADD =
            """
            WITH taken AS MATERIALIZED (
                SELECT conversation_id, ordinal, queued_at FROM usage_pending
                WHERE retry_at <= now() ORDER BY retry_at LIMIT ? FOR UPDATE SKIP LOCKED
            ), found AS MATERIALIZED (
                SELECT p.conversation_id, p.ordinal, p.queued_at, c.message_id,
                       (c.at AT TIME ZONE 'UTC')::date AS day, coalesce(c.team, '') AS team,
                       c.role, coalesce(a.model, '') AS model, a.status,
                       coalesce(a.code, '') AS code, c.tokens_input, c.tokens_output,
                       c.tokens_cached, c.cost
                FROM taken p
                JOIN charges c ON c.conversation_id = p.conversation_id AND c.ordinal = p.ordinal
                LEFT JOIN LATERAL (
                    SELECT x.model, x.status, x.code FROM messages x
                    WHERE x.message_id = c.message_id AND x.author = 'assistant'
                      AND x.conversation_id = c.conversation_id
                    ORDER BY x.ordinal LIMIT 1
                ) a ON true
            ), ready AS MATERIALIZED (
                SELECT * FROM found
                WHERE status IS NOT NULL OR queued_at < now() - interval '10 seconds'
            ), days AS (
                INSERT INTO usage_days AS d
                SELECT day, team, role, model, coalesce(status, ''), code, count(*),
                       sum(tokens_input), sum(tokens_output), sum(tokens_cached),
                       coalesce(sum(cost), 0), count(cost)
                FROM ready GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
                ON CONFLICT (day, team, role, model, status, code) DO UPDATE SET
                    messages = d.messages + excluded.messages,
                    tokens_input = d.tokens_input + excluded.tokens_input,
                    tokens_output = d.tokens_output + excluded.tokens_output,
                    tokens_cached = d.tokens_cached + excluded.tokens_cached,
                    cost = d.cost + excluded.cost, priced = d.priced + excluded.priced
            ), tools AS (
                INSERT INTO tool_days AS d
                SELECT r.day, t.tool, r.team, r.role, r.model, coalesce(r.status, ''), r.code,
                       count(*), sum(r.tokens_input), sum(r.tokens_output), sum(r.tokens_cached),
                       coalesce(sum(r.cost), 0), count(r.cost)
                FROM ready r
                JOIN LATERAL (
                    SELECT DISTINCT c.server || '__' || c.tool AS tool FROM tool_calls c
                    WHERE c.message_id = r.message_id
                      AND c.conversation_id = r.conversation_id
                ) t ON true
                GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
                ON CONFLICT (day, tool, team, role, model, status, code) DO UPDATE SET
                    messages = d.messages + excluded.messages,
                    tokens_input = d.tokens_input + excluded.tokens_input,
                    tokens_output = d.tokens_output + excluded.tokens_output,
                    tokens_cached = d.tokens_cached + excluded.tokens_cached,
                    cost = d.cost + excluded.cost, priced = d.priced + excluded.priced
            ), gone AS (
                DELETE FROM usage_pending p USING ready r
                WHERE p.conversation_id = r.conversation_id AND p.ordinal = r.ordinal
            ), later AS (
                UPDATE usage_pending p SET retry_at = now() + interval '1 second'
                FROM found f
                WHERE p.conversation_id = f.conversation_id AND p.ordinal = f.ordinal
                  AND f.status IS NULL AND f.queued_at >= now() - interval '10 seconds'
            )
            SELECT count(*) FROM taken
            """;
    private static final String LAG =
            "SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0)::bigint"
                    + " FROM usage_pending";

    private final JdbcClient database;
    private final UsageSettings settings;
    private final AtomicLong lagSeconds = new AtomicLong();
    private final RepeatedWork work;

    UsageSums(JdbcClient database, UsageSettings settings, MeterRegistry meters) {
        this.database = database;
        this.settings = settings;
        this.work =
                new RepeatedWork("usage-sums", settings.idle(), () -> add() == settings.batch());
        meters.gauge("parley.usage.lag", lagSeconds);
    }

    @EventListener
    void start(SchemaReady ready) {
        if (settings.enabled()) {
            work.start();
        }
    }

    /** Returns how many charges were taken. */
    public long add() {
        long taken =
                database.sql(ADD)
                        .param(settings.batch())
                        .query((row, number) -> row.getLong(1))
                        .single();
        lagSeconds.set(database.sql(LAG).query((row, number) -> row.getLong(1)).single());
        return taken;
    }

    @PreDestroy
    void stop() {
        work.stop();
    }
}

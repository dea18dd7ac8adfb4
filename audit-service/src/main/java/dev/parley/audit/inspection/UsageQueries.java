package dev.parley.audit.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Adds up what was charged. */
@Component
final class UsageQueries {

    private static final String SELECT =
            """
            SELECT %1$s AS name, count(*), sum(c.tokens_input), sum(c.tokens_output),
                   sum(c.tokens_cached), sum(c.cost)
            FROM charges c
            LEFT JOIN LATERAL (
                SELECT x.model FROM messages x
                WHERE x.message_id = c.message_id AND x.author = 'assistant'
                  AND x.conversation_id = c.conversation_id
                ORDER BY x.ordinal LIMIT 1
            ) a ON true
            WHERE %2$s
            GROUP BY 1
            HAVING %1$s > ?
            ORDER BY 1
            LIMIT ?
            """;

    /**
     * A line of the report.
     *
     * @param name the user, team, role, model or day (UTC) that {@code group_by} asks for; empty
     *     for those that have none
     */
    record Line(
            String name,
            long messages,
            long tokensInput,
            long tokensOutput,
            long tokensCached,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable BigDecimal cost) {}

    private final JdbcClient database;

    UsageQueries(JdbcClient database) {
        this.database = database;
    }

    /**
     * Lines in the order of their names.
     *
     * @param after the opaque cursor of the line before
     */
    Page<Line> usage(AuditFilter filter, String groupBy, @Nullable String after) {
        Conditions conditions =
                new Conditions()
                        .and("c.user_id = ?", filter.user())
                        .and("c.team = ?", filter.team())
                        .and("c.role = ?", filter.role())
                        .and("a.model = ?", filter.model())
                        .and("c.at >= ?", filter.from())
                        .and("c.at < ?", filter.to());
        List<Line> lines =
                database.sql(SELECT.formatted(column(groupBy), conditions.sql()))
                        .params(conditions.values())
                        .param(after == null ? "" : decoded(after))
                        .param(filter.limit() + 1)
                        .query((row, number) ->
                                new Line(
                                        row.getString(1).substring(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getBigDecimal(6)))
                        .list();
        boolean more = lines.size() > filter.limit();
        List<Line> shown = more ? lines.subList(0, filter.limit()) : lines;
        return new Page<>(shown, more ? encoded(shown.getLast().name()) : null);
    }

    /** With a mark before it, so that the empty name too comes after "no cursor". */
    private static String column(String groupBy) {
        return switch (groupBy) {
            case "user" -> "('/' || c.user_id) COLLATE \"C\"";
            case "team" -> "('/' || coalesce(c.team, '')) COLLATE \"C\"";
            case "role" -> "('/' || c.role) COLLATE \"C\"";
            case "model" -> "('/' || coalesce(a.model, '')) COLLATE \"C\"";
            case "day" -> "('/' || (c.at AT TIME ZONE 'UTC')::date::text) COLLATE \"C\"";
            default -> throw Parameters.bad("group_by must be user, team, role, model or day.");
        };
    }

    private static String encoded(String name) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("/" + name).getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String after) {
        try {
            String name = new String(Base64.getUrlDecoder().decode(after), StandardCharsets.UTF_8);
            return name.replace("\0", "");
        } catch (IllegalArgumentException e) {
            throw Parameters.bad("after is not a cursor of this list.");
        }
    }
}

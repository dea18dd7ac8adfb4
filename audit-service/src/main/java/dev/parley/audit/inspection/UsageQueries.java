package dev.parley.audit.inspection;

import dev.parley.audit.search.WordSearch;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Adds up what was charged. Whole days come from the sums that are kept by day; charges that are
 * not in them yet, and the parts of days at the ends of the asked time, are counted one by one, so
 * that the answer is exact. A question about one user, by user, or for what the sums do not know is
 * counted one by one altogether: by the answers where it asks for slow ones, since those have an
 * index that holds all that is added up, else by the charges.
 */
@Component
final class UsageQueries {

    private static final String SELECT =
            """
            SELECT %s AS name, sum(s.messages), sum(s.tokens_input), sum(s.tokens_output),
                   sum(s.tokens_cached), sum(s.cost), sum(s.priced)
            FROM (%s) s
            WHERE %s
            GROUP BY 1 ORDER BY 1
            LIMIT ?
            """;
    private static final String SUMS =
            "SELECT d.day, '' AS user_id, d.team, d.role, d.model, d.status, d.code, %s AS tool,"
                    + " d.messages, d.tokens_input, d.tokens_output, d.tokens_cached, d.cost,"
                    + " d.priced FROM %s d WHERE %s";
    private static final String CHARGES =
            "SELECT (c.at AT TIME ZONE 'UTC')::date AS day, c.user_id,"
                    + " coalesce(c.team, '') AS team, c.role, %s, %s AS tool, 1 AS messages,"
                    + " c.tokens_input, c.tokens_output, c.tokens_cached,"
                    + " coalesce(c.cost, 0) AS cost, (c.cost IS NOT NULL)::int AS priced"
                    + " FROM %s%s WHERE %s";

    /**
     * An answer is charged what it says that it used; what one that failed did cost its charge
     * alone knows.
     */
    private static final String COST =
            "coalesce(c.cost, CASE WHEN c.status = 'failed' THEN (SELECT x.cost FROM charges x"
                    + " WHERE x.message_id = c.message_id"
                    + " AND x.conversation_id = c.conversation_id ORDER BY x.ordinal LIMIT 1) END)";

    private static final String ANSWERS =
            "SELECT (c.at AT TIME ZONE 'UTC')::date AS day, c.user_id,"
                    + " coalesce(c.team, '') AS team, c.role, coalesce(c.model, '') AS model,"
                    + " c.status, coalesce(c.code, '') AS code, %s AS tool, 1 AS messages,"
                    + " coalesce(c.tokens_input, 0) AS tokens_input,"
                    + " coalesce(c.tokens_output, 0) AS tokens_output,"
                    + " coalesce(c.tokens_cached, 0) AS tokens_cached, coalesce("
                    + COST
                    + ", 0) AS cost, ("
                    + COST
                    + " IS NOT NULL)::int AS priced"
                    + " FROM messages c%s WHERE c.author = 'assistant' AND %s";
    private static final String ANSWER =
            " LEFT JOIN LATERAL (SELECT x.model, x.status, x.code, x.latency_ms, x.first_token_ms"
                    + " FROM messages x WHERE x.message_id = c.message_id"
                    + " AND x.author = 'assistant' AND x.conversation_id = c.conversation_id"
                    + " ORDER BY x.ordinal LIMIT 1) a ON true";
    private static final String TOOLS =
            " JOIN LATERAL (SELECT DISTINCT t.server || '__' || t.tool AS tool FROM tool_calls t"
                    + " WHERE t.message_id = c.message_id"
                    + " AND t.conversation_id = c.conversation_id) tools ON true";
    private static final String PENDING =
            "usage_pending p JOIN charges c ON c.conversation_id = p.conversation_id"
                    + " AND c.ordinal = p.ordinal";

    private final JdbcClient database;
    private final WordSearch search;

    UsageQueries(JdbcClient database, WordSearch search) {
        this.database = database;
        this.search = search;
    }

    /**
     * Lines in the order of their names.
     *
     * @param after the opaque cursor of the line before
     */
    Page<UsageLine> usage(AuditFilter filter, UsageGrouping by, @Nullable String after) {
        List<String> sources = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        boolean byOne =
                by == UsageGrouping.USER
                        || filter.user() != null
                        || filter.query() != null
                        || filter.minLatencyMs() != null
                        || filter.minFirstTokenMs() != null;
        if (byOne) {
            Conditions conditions = new Conditions();
            if (!words(conditions, filter)) {
                return new Page<>(List.of(), null);
            }
            between(conditions, filter.from(), filter.to());
            sources.add(
                    byAnswer(filter)
                            ? answers(filter, by, conditions, values)
                            : charges(filter, by, "charges c", conditions, values));
        } else {
            summed(filter, by, sources, values);
        }
        Conditions outer = outer(filter);
        outer.and(by.column() + " > ?", after == null ? null : decoded(after));
        values.addAll(outer.values());
        List<UsageLine> lines =
                database.sql(
                                SELECT.formatted(
                                        by.column(),
                                        String.join(" UNION ALL ", sources),
                                        outer.sql()))
                        .params(values)
                        .param(filter.limit() + 1)
                        .query((row, number) ->
                                new UsageLine(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getLong(7) == 0 ? null : row.getBigDecimal(6)))
                        .list();
        boolean more = lines.size() > filter.limit();
        List<UsageLine> shown = more ? lines.subList(0, filter.limit()) : lines;
        return new Page<>(shown, more ? encoded(shown.getLast().name()) : null);
    }

    /** Whole days from the sums; what they do not have yet; what of a day is cut at either end. */
    private static void summed(
            AuditFilter filter, UsageGrouping by, List<String> sources, List<Object> values) {
        Instant from = filter.from();
        Instant to = filter.to();
        Instant firstDay =
                from == null ? null : startOfDay(from.minusNanos(1)).plus(1, ChronoUnit.DAYS);
        Instant endDay = to == null ? null : startOfDay(to);
        if (firstDay != null && endDay != null && !firstDay.isBefore(endDay)) {
            Conditions all = new Conditions();
            between(all, from, to);
            sources.add(charges(filter, by, "charges c", all, values));
            return;
        }
        boolean tools = by == UsageGrouping.TOOL || filter.tool() != null;
        Conditions days =
                new Conditions()
                        .and("d.day >= (?::timestamptz AT TIME ZONE 'UTC')::date", firstDay)
                        .and("d.day < (?::timestamptz AT TIME ZONE 'UTC')::date", endDay);
        sources.add(
                SUMS.formatted(
                        tools ? "d.tool" : "''", tools ? "tool_days" : "usage_days", days.sql()));
        values.addAll(days.values());
        Conditions waiting = new Conditions();
        between(waiting, firstDay, endDay);
        sources.add(charges(filter, by, PENDING, waiting, values));
        if (firstDay != null && firstDay.isAfter(from)) {
            Conditions start = new Conditions();
            between(start, from, firstDay);
            sources.add(charges(filter, by, "charges c", start, values));
        }
        if (endDay != null && endDay.isBefore(to)) {
            Conditions end = new Conditions();
            between(end, endDay, to);
            sources.add(charges(filter, by, "charges c", end, values));
        }
    }

    /**
     * Whether slow answers lead to what is counted. Of one person, and of one team where most of
     * the answers are as slow, the charges are fewer.
     */
    private static boolean byAnswer(AuditFilter filter) {
        return filter.user() == null
                && (filter.minLatencyMs() != null || filter.minFirstTokenMs() != null)
                && (filter.team() == null || filter.asksOfSlow());
    }

    /** Answers one by one, which know all but their tools by themselves. */
    private static String answers(
            AuditFilter filter, UsageGrouping by, Conditions conditions, List<Object> values) {
        conditions
                .and("c.latency_ms >= ?", filter.minLatencyMs())
                .and("c.first_token_ms >= ?", filter.minFirstTokenMs())
                .and("c.team = ?", filter.team())
                .and("c.role = ?", filter.role());
        boolean tools = by == UsageGrouping.TOOL || filter.tool() != null;
        if (tools) {
            ToolName.of(filter.tool()).called(conditions, "t.message_id = c.message_id", filter);
        }
        values.addAll(conditions.values());
        return ANSWERS.formatted(tools ? "tools.tool" : "''", tools ? TOOLS : "", conditions.sql());
    }

    /** Charges one by one, with only those joins that the question needs. */
    private static String charges(
            AuditFilter filter,
            UsageGrouping by,
            String from,
            Conditions conditions,
            List<Object> values) {
        conditions
                .and("c.user_id = ?", filter.user())
                .and("c.team = ?", filter.team())
                .and("c.role = ?", filter.role());
        boolean answer =
                filter.asksOfAnswers()
                        || filter.isRunning()
                        || by == UsageGrouping.MODEL
                        || by == UsageGrouping.STATUS;
        conditions
                .and("a.latency_ms >= ?", filter.minLatencyMs())
                .and("a.first_token_ms >= ?", filter.minFirstTokenMs());
        boolean tools = by == UsageGrouping.TOOL || filter.tool() != null;
        if (tools) {
            ToolName.of(filter.tool()).called(conditions, "t.message_id = c.message_id", filter);
        }
        values.addAll(conditions.values());
        return CHARGES.formatted(
                answer
                        ? "coalesce(a.model, '') AS model, coalesce(a.status, '') AS status,"
                                + " coalesce(a.code, '') AS code"
                        : "'' AS model, '' AS status, '' AS code",
                tools ? "tools.tool" : "''",
                from,
                (answer ? ANSWER : "") + (tools ? TOOLS : ""),
                conditions.sql());
    }

    /** What narrows sums and charges alike. */
    private static Conditions outer(AuditFilter filter) {
        Conditions outer =
                new Conditions()
                        .and("s.team = ?", filter.team())
                        .and("s.role = ?", filter.role())
                        .and("s.model = ?", filter.model())
                        .and("s.status = ?", filter.status())
                        .and("s.code = ?", filter.code());
        if (filter.tool() != null) {
            outer.and("(s.tool = ?", filter.tool(), " OR s.tool LIKE ?)", suffix(filter.tool()));
        }
        return outer;
    }

    /** A LIKE pattern of names that end with {@code __tool}. */
    private static String suffix(String tool) {
        String literal = tool.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
        return "%\\_\\_" + literal;
    }

    /** False when the query has no word, which matches nothing. */
    private boolean words(Conditions conditions, AuditFilter filter) {
        if (filter.query() == null) {
            return true;
        }
        String words = search.query(filter.query());
        if (words == null) {
            return false;
        }
        conditions.and(
                "EXISTS (SELECT 1 FROM search_words w WHERE w.conversation_id = c.conversation_id"
                        + " AND w.message_id = c.message_id AND w.words @@ ?::tsquery)",
                words);
        return true;
    }

    private static void between(
            Conditions conditions, @Nullable Instant from, @Nullable Instant to) {
        conditions.and("c.at >= ?", from).and("c.at < ?", to);
    }

    private static Instant startOfDay(Instant time) {
        return time.truncatedTo(ChronoUnit.DAYS);
    }

    private static String encoded(String name) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("/" + name).getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String after) {
        try {
            String name = new String(Base64.getUrlDecoder().decode(after), StandardCharsets.UTF_8);
            if (name.startsWith("/")) {
                return name.substring(1).replace("\0", "");
            }
        } catch (IllegalArgumentException e) {
            // Answered below, as another list's cursor is.
        }
        throw Parameters.bad("after is not a cursor of this list.");
    }
}

package dev.parley.audit.keeping;

import dev.parley.autoconfigure.web.ProblemException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Drops conversations whose last turn is older than the rule of their role or their team allows,
 * the shorter one where both have a rule, unless a hold keeps them. A month of which nothing is to
 * stay goes as a whole partition; the rest goes row by row.
 *
 * <p>The conversation's row stays, with the number and hash of the last link that was dropped, so
 * that what is said later continues a chain that still proves itself. Charges stay too: they are
 * sums of money and no texts. Of a person of whom nothing is left the key is destroyed, which takes
 * the sealed copy in the log as well.
 */
@Component
public class Retention {

    static final String ACTOR = "retention";

    private static final DateTimeFormatter PARTITION =
            DateTimeFormatter.ofPattern("'links_'yyyy_MM");

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Of conversations {@code c}: older than its rule allows, and not dropped yet. */
    private static final String EXPIRED =
            "(c.dropped_through IS NULL OR c.dropped_through < c.max_ordinal) AND c.last_at < now()"
                    + " - make_interval(days => (SELECT min(r.days) FROM retention_rules r"
                    + " WHERE (r.kind = 'roles' AND r.name = c.role)"
                    + " OR (r.kind = 'teams' AND r.name = c.team)))";

    private static final String HELD =
            "SELECT count(*) FROM conversations c WHERE "
                    + EXPIRED
                    + " AND "
                    + LegalHolds.ON_CONVERSATION;
    private static final String TAKE =
            "SELECT c.id FROM conversations c WHERE "
                    + EXPIRED
                    + " AND NOT "
                    + LegalHolds.ON_CONVERSATION
                    + " ORDER BY c.last_at LIMIT ? FOR UPDATE";
    private static final String MONTHS =
            """
            SELECT substr(i.inhrelid::regclass::text, strpos(i.inhrelid::regclass::text, 'links_'))
            FROM pg_inherits i
            WHERE i.inhparent = 'links'::regclass
              AND i.inhrelid::regclass::text ~ 'links_[0-9]{4}_[0-9]{2}$'
            ORDER BY 1
            """;

    /** Conversations with a link that may stand in the month and is not dropped yet. */
    private static final String OF_MONTH =
            " FROM conversations c WHERE c.first_at < ? AND c.last_at >= ?"
                    + " AND (c.dropped_through IS NULL OR c.dropped_through < c.max_ordinal)";

    private static final String ONE_STAYS =
            "SELECT EXISTS (SELECT 1"
                    + OF_MONTH
                    + " AND (("
                    + EXPIRED
                    + ") IS NOT TRUE OR "
                    + LegalHolds.ON_CONVERSATION
                    + "))";
    private static final List<String> DROP =
            List.of(
                    """
                    UPDATE conversations c SET dropped_at = now(), dropped_through = h.ordinal,
                           dropped_hash = h.hash
                    FROM (SELECT DISTINCT ON (k.conversation_id) k.conversation_id, k.ordinal, k.hash
                          FROM links k WHERE k.conversation_id = ANY (?)
                          ORDER BY k.conversation_id, k.ordinal DESC) h
                    WHERE c.id = h.conversation_id
                    """,
                    "DELETE FROM flow f USING messages m"
                            + " WHERE m.conversation_id = ANY (?) AND f.message_id = m.message_id",
                    "DELETE FROM flow f USING refusals r"
                            + " WHERE r.conversation_id = ANY (?) AND f.message_id = r.message_id",
                    "DELETE FROM messages WHERE conversation_id = ANY (?)",
                    "DELETE FROM tool_calls WHERE conversation_id = ANY (?)",
                    "DELETE FROM refusals WHERE conversation_id = ANY (?)",
                    "DELETE FROM approvals WHERE conversation_id = ANY (?)",
                    "DELETE FROM search_words WHERE conversation_id = ANY (?)",
                    "DELETE FROM search_pending WHERE conversation_id = ANY (?)",
                    "DELETE FROM conversation_labels WHERE conversation_id = ANY (?)");
    private static final String LEFT_WITH_NOTHING =
            "SELECT DISTINCT c.user_id FROM conversations c WHERE c.id = ANY (?)"
                    + " AND NOT EXISTS (SELECT 1 FROM conversations o WHERE o.user_id = c.user_id"
                    + " AND (o.dropped_through IS NULL OR o.dropped_through < o.max_ordinal))"
                    + " AND EXISTS (SELECT 1 FROM person_keys k WHERE k.user_id = c.user_id"
                    + " AND k.destroyed_at IS NULL)";

    /** What a run did. */
    public record Outcome(
            long conversations, long links, long partitions, long held, long persons) {
        static final Outcome NOTHING = new Outcome(0, 0, 0, 0, 0);
    }

    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final Erasures erasures;
    private final KeepingActs acts;
    private final RetentionRules rules;
    private final KeepingSettings settings;
    private final Clock clock;

    Retention(
            JdbcClient database,
            TransactionTemplate transaction,
            Erasures erasures,
            KeepingActs acts,
            RetentionRules rules,
            KeepingSettings settings,
            Clock clock) {
        this.clock = clock;
        this.database = database;
        this.transaction = transaction;
        this.erasures = erasures;
        this.acts = acts;
        this.rules = rules;
        this.settings = settings;
    }

    /** Drops all that is too old, and writes down what was done when there was anything to do. */
    public Outcome run() {
        if (rules.list().isEmpty()) {
            return Outcome.NOTHING;
        }
        Outcome done = Outcome.NOTHING;
        for (String partition : database.sql(MONTHS).query(String.class).list()) {
            Outcome whole = transaction.execute(status -> dropMonth(partition));
            done = sum(done, whole == null ? Outcome.NOTHING : whole);
        }
        long taken;
        do {
            Outcome piece = transaction.execute(status -> dropSome());
            taken = piece == null ? 0 : piece.conversations();
            done = sum(done, piece == null ? Outcome.NOTHING : piece);
        } while (taken == settings.batch());
        long held = database.sql(HELD).query(Long.class).single();
        done =
                new Outcome(
                        done.conversations(),
                        done.links(),
                        done.partitions(),
                        held,
                        done.persons());
        if (done.conversations() > 0 || done.partitions() > 0) {
            acts.write(
                    ACTOR,
                    "retention_run",
                    "conversations",
                    Map.of(
                            "conversations", done.conversations(),
                            "links", done.links(),
                            "partitions", done.partitions(),
                            "held", done.held(),
                            "persons", done.persons()));
            LOG.info("retention dropped {}", done);
        }
        return done;
    }

    private Outcome dropMonth(@Nullable String partition) {
        YearMonth month = YearMonth.parse(String.valueOf(partition), PARTITION);
        OffsetDateTime begin = month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC);
        OffsetDateTime end = begin.plusMonths(1);
        int shortest =
                rules.list().stream().mapToInt(RetentionRules.Rule::days).min().orElseThrow();
        if (end.toInstant().isAfter(clock.instant().minus(shortest, ChronoUnit.DAYS))
                || database.sql(ONE_STAYS).params(end, begin).query(Boolean.class).single()) {
            return Outcome.NOTHING;
        }
        String[] ids =
                database.sql("SELECT c.id" + OF_MONTH)
                        .params(end, begin)
                        .query(String.class)
                        .list()
                        .toArray(String[]::new);
        long links = database.sql("SELECT count(*) FROM " + partition).query(Long.class).single();
        Outcome rest = drop(ids, "DROP TABLE " + partition);
        return new Outcome(rest.conversations(), rest.links() + links, 1, 0, rest.persons());
    }

    private Outcome dropSome() {
        String[] ids =
                database.sql(TAKE)
                        .param(settings.batch())
                        .query(String.class)
                        .list()
                        .toArray(String[]::new);
        return ids.length == 0 ? Outcome.NOTHING : drop(ids, null);
    }

    private Outcome drop(String[] ids, @Nullable String wholePartition) {
        for (String statement : DROP) {
            database.sql(statement).param(ids).update();
        }
        if (wholePartition != null) {
            database.sql("SET LOCAL lock_timeout = '5s'").update();
            database.sql(wholePartition).update();
        }
        long links =
                database.sql("DELETE FROM links WHERE conversation_id = ANY (?)")
                        .param(ids)
                        .update();
        long persons = 0;
        for (String user :
                new TreeSet<>(
                        database.sql(LEFT_WITH_NOTHING).param(ids).query(String.class).list())) {
            try {
                erasures.request(user, ACTOR);
                persons++;
            } catch (ProblemException e) {
                LOG.info("a person of whom nothing is left is held");
            }
        }
        return new Outcome(ids.length, links, 0, 0, persons);
    }

    private static Outcome sum(Outcome a, Outcome b) {
        return new Outcome(
                a.conversations() + b.conversations(),
                a.links() + b.links(),
                a.partitions() + b.partitions(),
                0,
                a.persons() + b.persons());
    }
}

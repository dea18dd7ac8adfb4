package dev.parley.audit.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * A partition for each month (UTC) of {@code links} and {@code flow}, made when the first row of
 * the month comes. Times before {@link #EARLIEST} or more than a year ahead stay in the default
 * partition: a wrong clock must not litter the schema.
 */
@Component
public final class MonthPartitions {

    private static final Logger LOG = LoggerFactory.getLogger(MonthPartitions.class);
    private static final YearMonth EARLIEST = YearMonth.of(2020, 1);
    private static final int MONTHS_AHEAD_MAX = 12;
    private static final String CHECK_VIOLATION = "23514";

    /** Partitions are made one at a time across all instances. */
    private static final long ADVISORY_LOCK = 0x7061_726c_6579L;

    private final DataSource database;
    private final Clock clock;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    public MonthPartitions(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Returns when every month of {@code times} has its partition of {@code table}. */
    public void ensure(String table, Stream<Instant> times) throws SQLException {
        YearMonth latest =
                YearMonth.now(clock.withZone(ZoneOffset.UTC)).plusMonths(MONTHS_AHEAD_MAX);
        Instant from = startOf(EARLIEST);
        Instant to = startOf(latest.plusMonths(1));
        Set<YearMonth> months =
                times.filter(time -> !time.isBefore(from) && time.isBefore(to))
                        .map(time -> YearMonth.from(time.atOffset(ZoneOffset.UTC)))
                        .collect(Collectors.toSet());
        for (YearMonth month : months) {
            String partition =
                    "%s_%d_%02d".formatted(table, month.getYear(), month.getMonthValue());
            if (!known.contains(partition)) {
                create(table, partition, month);
                known.add(partition);
            }
        }
    }

    private void create(String table, String partition, YearMonth month) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(" + ADVISORY_LOCK + ")");
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS "
                            + partition
                            + " PARTITION OF "
                            + table
                            + " FOR VALUES FROM ('"
                            + startOf(month)
                            + "') TO ('"
                            + startOf(month.plusMonths(1))
                            + "')");
            connection.commit();
            LOG.info("partition {} is there", partition);
        } catch (SQLException e) {
            // Rows that once were too far ahead stand in the default partition, which keeps them.
            if (!CHECK_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            LOG.warn("{} stays in the default partition of {}", month, table);
        }
    }

    private static Instant startOf(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}

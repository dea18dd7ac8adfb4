package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.audit.store.SchemaReady;
import dev.parley.audit.work.RepeatedWork;
import jakarta.annotation.PreDestroy;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Makes the partitions of this month and the next ones before their first row comes. */
@Component
final class PartitionsAhead {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionsAhead.class);
    private static final int MONTHS = 2;
    private static final Duration REST = Duration.ofHours(1);

    private final MonthPartitions months;
    private final Clock clock;
    private final RepeatedWork work = new RepeatedWork("partitions-ahead", REST, this::make);

    PartitionsAhead(MonthPartitions months, Clock clock) {
        this.months = months;
        this.clock = clock;
    }

    @EventListener
    void start(SchemaReady ready) {
        work.start();
    }

    @PreDestroy
    void stop() {
        work.stop();
    }

    /** False: there is nothing more to do for an hour. */
    private boolean make() {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        List<Instant> wanted =
                IntStream.rangeClosed(0, MONTHS)
                        .mapToObj(month -> now.plusMonths(month).toInstant())
                        .toList();
        try {
            months.ensure("links", wanted.stream());
            months.ensure("flow", wanted.stream());
        } catch (SQLException e) {
            LOG.info("partitions are made later: {}", e.toString());
        }
        return false;
    }
}

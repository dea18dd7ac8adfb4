package dev.parley.orchestrator.admin;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** What has yet to be carried into the log, in the order of the changes. */
interface Outbox extends Repository<OutboxEntry, Long> {

    OutboxEntry save(OutboxEntry entry);

    List<OutboxEntry> findByOrderByOrdinal(Limit limit);

    @Modifying
    @Query("delete from OutboxEntry e where e.ordinal <= :ordinal")
    int deleteThrough(long ordinal);

    long count();
}

package dev.parley.audit.store;

import java.time.Instant;
import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** Reads chains. */
public interface Links extends Repository<Link, Link.Key> {

    /**
     * Links of one conversation in order, from {@code ordinal} on. The times bound which months are
     * looked into.
     */
    @Query(
            """
            select l from Link l
            where l.conversationId = :conversationId and l.ordinal >= :ordinal
              and l.at between :first and :last
            order by l.ordinal, l.at
            """)
    List<Link> from(String conversationId, long ordinal, Instant first, Instant last, Limit limit);
}

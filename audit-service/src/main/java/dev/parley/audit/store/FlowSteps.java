package dev.parley.audit.store;

import java.util.Collection;
import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** Reads checkpoints. */
public interface FlowSteps extends Repository<FlowStep, FlowStep.Key> {

    /** In order of time; steps of one microsecond in the order of the log. */
    @Query(
            """
            select f from FlowStep f where f.messageId in :messageIds
            order by f.startedAt, f.kafkaOffset
            """)
    List<FlowStep> of(Collection<String> messageIds, Limit limit);
}

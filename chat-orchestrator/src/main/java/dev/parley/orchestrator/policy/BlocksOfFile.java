package dev.parley.orchestrator.policy;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.stream.BlockDue;
import dev.parley.schemas.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.core.KafkaOperations;

/** Puts due blocks into the policy topic, where no database keeps the policy. */
public final class BlocksOfFile {

    private static final Logger LOG = LoggerFactory.getLogger(BlocksOfFile.class);

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final boolean administered;

    /**
     * @param administered whether a database keeps the policy, which then does it
     */
    public BlocksOfFile(
            KafkaOperations<String, byte[]> kafka, Outbound outbound, boolean administered) {
        this.kafka = kafka;
        this.outbound = outbound;
        this.administered = administered;
    }

    /** Does not wait for the broker. */
    @EventListener
    public void on(BlockDue due) {
        if (!administered) {
            LOG.info("{} is blocked: {}", due.block().user(), due.block().reason());
            kafka.send(outbound.event(Topic.POLICY, due.block().subject(), due.block(), null));
        }
    }
}

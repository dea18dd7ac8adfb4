package dev.parley.worker.intake;

import dev.parley.autoconfigure.kafka.KafkaClients;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group that all workers share, and what it needs to know before its first member. */
final class ShareGroup {

    static final String NAME = "parley-workers";

    private static final Logger LOG = LoggerFactory.getLogger(ShareGroup.class);
    private static final long TIMEOUT_S = 30;

    private final KafkaClients clients;

    ShareGroup(KafkaClients clients) {
        this.clients = clients;
    }

    /**
     * Jobs written before the first worker count too: the broker's default would begin at the
     * newest. The isolation stays read uncommitted, so that no job waits for a commit. A worker
     * without the right to say so relies on whoever has set the group up.
     */
    void configure() {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, NAME);
        AlterConfigOp fromTheEarliest =
                new AlterConfigOp(
                        new ConfigEntry("share.auto.offset.reset", "earliest"),
                        AlterConfigOp.OpType.SET);
        try (Admin admin = clients.admin("share-group")) {
            admin.incrementalAlterConfigs(Map.of(group, List.of(fromTheEarliest)))
                    .all()
                    .get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw new IllegalStateException("the group of workers cannot be set up", e);
            }
            LOG.warn("no right to set up group {}: it must have been done already", NAME);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Kafka did not set up the group of workers", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while setting up the group", e);
        }
    }
}

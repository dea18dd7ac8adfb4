package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.kafka.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shortest session timeout that the brokers take ({@code group.min.session.timeout.ms}). A
 * member that asks for a shorter one is turned away for good, so it is asked for before.
 */
final class BrokerMinimum {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerMinimum.class);
    private static final String NAME = "group.min.session.timeout.ms";
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);

    /** Kafka's own default, for brokers that do not tell. */
    private static final Duration USUAL = Duration.ofSeconds(6);

    private BrokerMinimum() {}

    static StreamsOptions within(KafkaClients clients, StreamsOptions options) {
        if (options.failover().sessionTimeout().compareTo(USUAL) >= 0) {
            return options;
        }
        Duration minimum = ask(clients);
        StreamsOptions.Failover within = options.failover().within(minimum);
        if (within != options.failover()) {
            LOG.warn(
                    "a lost instance is replaced after {} instead of {}: the brokers take nothing"
                            + " below their {}",
                    within.sessionTimeout(),
                    options.failover().sessionTimeout(),
                    NAME);
        }
        return options.with(within);
    }

    private static Duration ask(KafkaClients clients) {
        try (Admin admin = clients.admin("minimum")) {
            Node node =
                    admin.describeCluster()
                            .nodes()
                            .get(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .iterator()
                            .next();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
            Config config =
                    admin.describeConfigs(List.of(broker))
                            .all()
                            .get(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .get(broker);
            ConfigEntry entry = config == null ? null : config.get(NAME);
            return entry == null || entry.value() == null
                    ? USUAL
                    : Duration.ofMillis(Long.parseLong(entry.value()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        } catch (ExecutionException | TimeoutException | NumberFormatException e) {
            LOG.info("the brokers do not tell their {}: {}", NAME, e.toString());
            return USUAL;
        }
    }
}

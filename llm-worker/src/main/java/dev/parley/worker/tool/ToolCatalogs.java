package dev.parley.worker.tool;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.ToolCatalog;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import dev.parley.worker.tool.mcp.McpConnection;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;

/** Publishes what servers offer, whenever that is not what was published last. */
final class ToolCatalogs implements McpConnection.Watcher {

    private static final Logger LOG = LoggerFactory.getLogger(ToolCatalogs.class);

    /** Below the broker's limit for a record, with room for its headers. */
    private static final int RECORD_BYTES_MAX = 900_000;

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final Clock clock;
    private final String worker;
    private final Map<String, Published> last = new ConcurrentHashMap<>();

    private record Published(List<ToolDescriptor> tools, @Nullable String error) {}

    ToolCatalogs(
            KafkaOperations<String, byte[]> kafka, Outbound outbound, Clock clock, String worker) {
        this.kafka = kafka;
        this.outbound = outbound;
        this.clock = clock;
        this.worker = worker;
    }

    @Override
    public void listed(String server, List<ToolDescriptor> tools) {
        publish(server, new Published(tools, null));
    }

    /** The tools that were known stay known, so that nothing has to be accepted again. */
    @Override
    public void failed(String server, String reason) {
        Published before = last.get(server);
        publish(server, new Published(before == null ? List.of() : before.tools(), reason));
    }

    void removed(String server) {
        last.remove(server);
        send(new ProducerRecord<>(Topic.TOOLS.topicName(), server, null));
    }

    private void publish(String server, Published now) {
        if (now.equals(last.put(server, now))) {
            return;
        }
        List<ToolDescriptor> tools = now.tools();
        String error = now.error();
        while (!tools.isEmpty() && Json.write(tools).length > RECORD_BYTES_MAX) {
            tools = tools.subList(0, tools.size() / 2);
            error = "only the first " + tools.size() + " tools fit into a record";
        }
        send(
                outbound.event(
                        Topic.TOOLS,
                        server,
                        new ToolCatalog(server, tools, worker, clock.instant(), error),
                        null));
    }

    private void send(ProducerRecord<String, byte[]> record) {
        kafka.send(record)
                .whenComplete((sent, failure) -> {
                    if (failure != null) {
                        last.remove(record.key());
                        LOG.warn(
                                "the tools of {} are not published: {}",
                                record.key(),
                                failure.toString());
                    }
                });
    }
}

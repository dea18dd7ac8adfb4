package dev.parley.worker.tool;

import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.worker.tool.mcp.Links;
import dev.parley.worker.tool.mcp.McpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** The servers of the policy, each with its connection; follows the policy while it runs. */
public final class McpServers implements SmartLifecycle {

    /** Before the intake, so that the first answer finds the policy read. */
    public static final int PHASE = 900;

    private static final Duration POLICY_WAIT = Duration.ofSeconds(10);

    private final Links links;
    private final ToolSettings settings;
    private final ToolCatalogs catalogs;
    private final ToolPolicyReader reader;
    private final Map<String, McpConnection> connections = new ConcurrentHashMap<>();
    private volatile ToolPolicy policy = ToolPolicy.EMPTY;
    private volatile boolean running;

    McpServers(Links links, ToolSettings settings, ToolCatalogs catalogs, KafkaClients clients) {
        this.links = links;
        this.settings = settings;
        this.catalogs = catalogs;
        this.reader = new ToolPolicyReader(clients, this::follow);
    }

    @Override
    public void start() {
        running = true;
        reader.start();
        try {
            reader.awaitWhole(POLICY_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        running = false;
        reader.close();
        connections.values().forEach(McpConnection::close);
        connections.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** The connection to a server; null when the policy has none of this name. */
    @Nullable McpConnection connection(String server) {
        return connections.get(server);
    }

    ToolPolicy policy() {
        return policy;
    }

    private synchronized void follow(ToolPolicy next) {
        policy = next;
        if (!running) {
            return;
        }
        for (McpConnection connection : connections.values()) {
            McpServer asked = next.servers().get(connection.server().name());
            if (!connection.server().equals(asked)) {
                connections.remove(connection.server().name(), connection);
                connection.close();
                if (asked == null) {
                    catalogs.removed(connection.server().name());
                }
            }
        }
        for (McpServer server : next.servers().values()) {
            connections.computeIfAbsent(
                    server.name(),
                    name -> {
                        McpConnection added = new McpConnection(server, links, settings, catalogs);
                        added.start();
                        return added;
                    });
        }
    }
}

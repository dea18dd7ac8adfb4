package dev.parley.worker.tool;

import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import dev.parley.schemas.record.ToolUse;
import dev.parley.schemas.right.ToolRight;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ToolNames;
import dev.parley.worker.tool.mcp.McpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tools of the policy's servers, by the rules of each job. */
final class McpToolbox implements Toolbox {

    private final McpServers servers;
    private final ToolSettings settings;

    McpToolbox(McpServers servers, ToolSettings settings) {
        this.servers = servers;
        this.settings = settings;
    }

    @Override
    public AnswerTools open(Job job) {
        if (job.recordedTools() != null) {
            return new RecordedTools(job.recordedTools());
        }
        return job.tools().isEmpty() ? AnswerTools.NONE : new Offer(job.tools());
    }

    /** What was offered to one answer. Names are kept, so that a name means what it meant. */
    private final class Offer implements AnswerTools {

        private final Map<String, List<ToolRule>> rules;
        private final List<ModelTool> specs = new ArrayList<>();
        private final Map<String, Target> targets = new LinkedHashMap<>();

        Offer(Map<String, List<ToolRule>> rules) {
            this.rules = new TreeMap<>(rules);
            long giveUpAt = System.nanoTime() + settings.offerWait().toNanos();
            for (String server : this.rules.keySet()) {
                McpConnection connection = servers.connection(server);
                if (connection != null) {
                    await(connection, giveUpAt);
                    connection.tools().forEach(tool -> offer(server, tool));
                }
            }
        }

        private void offer(String server, ToolDescriptor tool) {
            if (specs.size() < settings.offeredMax()
                    && permission(server, tool) != Permission.DENY) {
                String name = ToolNames.of(server, tool.name());
                targets.put(name, new Target(server, tool.name()));
                specs.add(new ModelTool(name, tool.description(), tool.inputSchema()));
            }
        }

        @Override
        public List<ModelTool> specs() {
            return specs;
        }

        @Override
        public Target target(String name) {
            return targets.getOrDefault(
                    name, new Target(ToolNames.serverOf(name), ToolNames.toolOf(name)));
        }

        @Override
        public Permission permission(String server, String tool) {
            McpConnection connection = servers.connection(server);
            ToolDescriptor descriptor = connection == null ? null : known(connection, tool);
            return descriptor == null ? Permission.DENY : permission(server, descriptor);
        }

        private Permission permission(String server, ToolDescriptor tool) {
            if (!servers.policy().accepts(server, tool.name(), tool.hash())) {
                return Permission.DENY;
            }
            return switch (ToolRight.of(rules.get(server), tool.name())) {
                case ALLOW -> Permission.ALLOW;
                case ASK -> Permission.ASK;
                case DENY -> Permission.DENY;
            };
        }

        @Override
        public CompletableFuture<ToolOutcome> call(ToolUse use, Duration timeout) {
            McpConnection connection = servers.connection(use.server());
            if (connection == null || permission(use.server(), use.tool()) == Permission.DENY) {
                return CompletableFuture.completedFuture(ToolOutcome.denied());
            }
            return connection.call(use.tool(), use.arguments(), timeout);
        }
    }

    private static @Nullable ToolDescriptor known(McpConnection connection, String tool) {
        for (ToolDescriptor descriptor : connection.tools()) {
            if (descriptor.name().equals(tool)) {
                return descriptor;
            }
        }
        return null;
    }

    private static void await(McpConnection connection, long giveUpAt) {
        try {
            connection.awaitKnown(Duration.ofNanos(Math.max(0, giveUpAt - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

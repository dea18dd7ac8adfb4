package dev.parley.worker.tool;

import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.PolicyRecord.AcceptedTools;
import dev.parley.schemas.record.PolicyRecord.McpServer;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the policy says of tools at one moment.
 *
 * @param servers by name; one whose newest record cannot be read is not there
 * @param accepted by server, the hashes of tools by name
 */
record ToolPolicy(Map<String, McpServer> servers, Map<String, Map<String, String>> accepted) {

    static final ToolPolicy EMPTY = new ToolPolicy(Map.of(), Map.of());

    static ToolPolicy of(Map<String, PolicyRecord> subjects) {
        return new ToolPolicy(
                subjects.values().stream()
                        .filter(McpServer.class::isInstance)
                        .map(McpServer.class::cast)
                        .collect(Collectors.toUnmodifiableMap(McpServer::name, s -> s)),
                subjects.values().stream()
                        .filter(AcceptedTools.class::isInstance)
                        .map(AcceptedTools.class::cast)
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        AcceptedTools::server, AcceptedTools::hashes)));
    }

    boolean accepts(String server, String tool, String hash) {
        return hash.equals(accepted.getOrDefault(server, Map.of()).get(tool));
    }
}

package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tools that an MCP server offers, as a worker saw them; topic {@code parley.tools}, key the
 * server's name.
 *
 * @param error why the server could not be asked; null when it could
 */
public record ToolCatalog(
        String server,
        List<ToolDescriptor> tools,
        String worker,
        Instant at,
        @Nullable String error)
        implements PipelineEvent {

    public ToolCatalog {
        tools = tools == null ? List.of() : List.copyOf(tools);
    }

    /**
     * One tool.
     *
     * @param hash lower-case hex SHA-256 over the canonical JSON of name, description and input
     *     schema
     */
    public record ToolDescriptor(
            String name, String description, JsonNode inputSchema, String hash) {}
}

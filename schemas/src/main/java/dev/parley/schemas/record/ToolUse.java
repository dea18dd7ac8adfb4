package dev.parley.schemas.record;

import tools.jackson.databind.JsonNode;

/**
 * A tool call that a model asked for.
 *
 * @param callId unique within the answer
 * @param server name of the MCP server in the policy
 * @param tool name of the tool at that server
 */
public record ToolUse(String callId, String server, String tool, JsonNode arguments) {}

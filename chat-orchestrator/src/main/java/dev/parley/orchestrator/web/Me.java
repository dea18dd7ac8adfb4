package dev.parley.orchestrator.web;

import dev.parley.schemas.frame.ServerFrame;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The answer of {@code GET /api/me}.
 *
 * @param limits the lines of {@code usage}, also here for older clients
 * @param runningAnswers that of {@code usage}, also here for older clients
 * @param usage what {@code welcome} and {@code done} carry
 * @param approvals tool calls that wait for this user's word, as their frames told them
 */
record Me(
        User user,
        Rights rights,
        List<String> models,
        List<ServerFrame.LimitState> limits,
        int runningAnswers,
        ServerFrame.Usage usage,
        List<PendingApproval> approvals) {

    /** A call that waits, as its {@code approval} frame told it. */
    record PendingApproval(
            String callId,
            String messageId,
            String conversationId,
            String server,
            String tool,
            JsonNode arguments,
            Instant expiresAt) {}

    record User(String id, @Nullable String name, String role, @Nullable String team) {}

    /** {@code toolServers}: MCP servers that the role names. */
    record Rights(List<String> models, List<String> toolServers) {}
}

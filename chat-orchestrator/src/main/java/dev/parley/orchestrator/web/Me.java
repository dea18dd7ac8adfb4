package dev.parley.orchestrator.web;

import dev.parley.schemas.frame.ServerFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer of {@code GET /api/me}. */
record Me(
        User user,
        Rights rights,
        List<String> models,
        List<ServerFrame.LimitState> limits,
        int runningAnswers) {

    record User(String id, @Nullable String name, String role, @Nullable String team) {}

    /** {@code toolServers}: MCP servers that the role names. */
    record Rights(List<String> models, List<String> toolServers) {}
}

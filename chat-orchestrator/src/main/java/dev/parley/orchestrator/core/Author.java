package dev.parley.orchestrator.core;

import org.jspecify.annotations.Nullable;

/** As whom a user acted: the role and team that the decision went by. */
public record Author(String userId, String role, @Nullable String team) {}

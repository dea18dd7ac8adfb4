package dev.parley.schemas.record;

import org.jspecify.annotations.Nullable;

/**
 * Whom the gateway authenticated.
 *
 * @param id the token's {@code sub}
 * @param role the first role of the token that the gateway could read; whether it is known is the
 *     orchestrator's to say
 */
public record Caller(
        String id,
        @Nullable String name,
        @Nullable String email,
        String role,
        @Nullable String team) {}

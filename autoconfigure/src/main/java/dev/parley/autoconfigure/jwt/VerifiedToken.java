package dev.parley.autoconfigure.jwt;

import dev.parley.schemas.record.Caller;
import java.time.Instant;
import java.util.List;

/**
 * A token that was checked.
 *
 * @param roles the token's {@code role}, or its {@code roles} in their order; which of them is
 *     known the policy says
 */
public record VerifiedToken(Caller caller, List<String> roles, Instant expiresAt) {}

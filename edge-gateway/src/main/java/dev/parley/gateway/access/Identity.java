package dev.parley.gateway.access;

import dev.parley.schemas.record.Caller;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling.
 *
 * @param caller with the role that counts
 * @param roles as the token has them
 * @param expiresAt of the token
 * @param bearer the token's text, to ask other services in the caller's name; null with a ticket of
 *     which it is not known
 */
public record Identity(
        Caller caller, List<String> roles, Instant expiresAt, @Nullable String bearer) {

    public String userId() {
        return caller.id();
    }
}

package dev.parley.audit.web;

import org.jspecify.annotations.Nullable;

/**
 * Who is asking.
 *
 * @param role the first role of the token that this service knows, unless the policy gives the
 *     person another; empty when it knows none
 * @param inspects whether that role may read what is not its own
 * @param team that the policy or the token gives
 * @param teamScope the only team that this inspector may read; null: every one
 */
public record Reader(
        String userId,
        String role,
        boolean inspects,
        @Nullable String team,
        @Nullable String teamScope) {

    /** An inspector of everything. */
    public boolean inspectsAll() {
        return inspects && teamScope == null;
    }
}

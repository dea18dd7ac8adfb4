package dev.parley.orchestrator.core;

import dev.parley.schemas.record.PersonKey;
import org.jspecify.annotations.Nullable;

/**
 * As whom a user acted: the role and team that the decision went by.
 *
 * @param words key of the person whose recorded words this user runs again; null: the words are the
 *     user's own
 */
public record Author(String userId, String role, @Nullable String team, @Nullable PersonKey words) {

    /** Of words of their own. */
    public Author(String userId, String role, @Nullable String team) {
        this(userId, role, team, null);
    }

    Author repeating(@Nullable PersonKey person) {
        return new Author(userId, role, team, person);
    }
}

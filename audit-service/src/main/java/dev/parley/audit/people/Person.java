package dev.parley.audit.people;

import org.jspecify.annotations.Nullable;

/** What the policy gives one person; null where it says nothing and the token counts. */
public record Person(@Nullable String role, @Nullable String team) {}

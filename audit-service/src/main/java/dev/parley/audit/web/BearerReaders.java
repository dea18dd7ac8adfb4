package dev.parley.audit.web;

import org.jspecify.annotations.Nullable;

/** Knows who shows a bearer token, for entrances that are no controllers. */
public interface BearerReaders {

    /** Throws a problem ({@code unauthenticated}) for a header that proves nobody. */
    Reader of(@Nullable String authorizationHeader);
}

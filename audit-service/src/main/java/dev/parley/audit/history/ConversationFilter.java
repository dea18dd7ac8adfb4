package dev.parley.audit.history;

import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Parameters;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which conversations.
 *
 * @param from earliest beginning, inclusive
 * @param to latest beginning, exclusive
 */
record ConversationFilter(
        @Nullable String query,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Boolean archived,
        @Nullable Cursor after,
        int limit) {

    static ConversationFilter of(
            @Nullable String query,
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean archived,
            @Nullable String after,
            int limit) {
        return new ConversationFilter(
                Parameters.filter("query", query),
                Parameters.time("from", from),
                Parameters.time("to", to),
                archived,
                Cursor.decoded(after),
                Parameters.limit(limit));
    }
}

package dev.parley.audit.search;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Turns what a person typed into a condition on {@code search_words.words}, and texts into words.
 */
@Component
public final class WordSearch {

    private final JdbcClient database;
    private final HashedWords words;
    private final SearchSettings settings;

    WordSearch(JdbcClient database, HashedWords words, SearchSettings settings) {
        this.database = database;
        this.words = words;
        this.settings = settings;
    }

    /**
     * A {@code tsquery} of hashed words: all of them, or the phrase when the text stands in double
     * quotes. Nothing else in the text has a meaning. Empty when it has no word; matches nothing.
     */
    public @Nullable String query(String text) {
        boolean phrase = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        String function = phrase ? "phraseto_tsquery" : "plainto_tsquery";
        String query =
                database.sql("SELECT " + function + "(?::regconfig, ?)::text")
                        .param(settings.configuration())
                        .param(settings.folded(text))
                        .query(String.class)
                        .single();
        return query.isEmpty() ? null : words.hashed(query);
    }

    /** Writes the words of a title that its owner gave, or takes them away. */
    public void indexTitle(String conversationId, String userId, @Nullable String title) {
        database.sql("DELETE FROM search_words WHERE conversation_id = ? AND ordinal = -1")
                .param(conversationId)
                .update();
        if (title != null) {
            String vector =
                    database.sql("SELECT to_tsvector(?::regconfig, ?)::text")
                            .param(settings.configuration())
                            .param(settings.folded(title))
                            .query(String.class)
                            .single();
            database.sql(
                            "INSERT INTO search_words (conversation_id, ordinal, user_id, words,"
                                    + " team) VALUES (?, -1, ?, ?::tsvector,"
                                    + " (SELECT c.team FROM conversations c WHERE c.id = ?))")
                    .param(conversationId)
                    .param(userId)
                    .param(words.hashed(vector))
                    .param(conversationId)
                    .update();
        }
    }
}

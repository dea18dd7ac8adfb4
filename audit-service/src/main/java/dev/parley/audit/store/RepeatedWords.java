package dev.parley.audit.store;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whose words a conversation repeats that is not theirs: a rerun of what they said. */
@Component
public final class RepeatedWords {

    /** Of a text under another person's key; the link's own person stands before it. */
    private static final String SELECT =
            """
            SELECT k.conversation_id, k.record FROM links k
            WHERE k.conversation_id = ANY (?) AND k.kind IN ('user', 'refusal')
              AND k.record LIKE '%"sealed":"%","user_id":"%'
            """;

    private final JdbcClient database;

    RepeatedWords(JdbcClient database) {
        this.database = database;
    }

    /** By conversation; those that repeat nobody are left out. */
    public Map<String, Set<String>> persons(Collection<String> conversations) {
        Map<String, Set<String>> persons = new HashMap<>();
        database.sql(SELECT)
                .param(conversations.toArray(String[]::new))
                .query((row, number) -> {
                    SealedText text = question(row.getString(2));
                    if (text != null && text.userId() != null) {
                        persons.computeIfAbsent(row.getString(1), id -> new TreeSet<>())
                                .add(text.userId());
                    }
                    return number;
                })
                .list();
        return persons;
    }

    private static @Nullable SealedText question(String record) {
        return switch (Json.read(record.getBytes(StandardCharsets.UTF_8), TurnRecord.class)
                .body()) {
            case UserTurn turn -> turn.text();
            case RefusalTurn turn -> turn.text();
            default -> null;
        };
    }
}

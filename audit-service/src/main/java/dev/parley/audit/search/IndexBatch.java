package dev.parley.audit.search;

import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.OpenedText;
import dev.parley.audit.vault.Vault;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ChargeTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** One transaction of the indexer: take what waits, open it, write its words. */
@Component
class IndexBatch {

    private static final String TAKE =
            """
            SELECT p.conversation_id, p.ordinal, p.user_id, k.message_id, k.record
            FROM (SELECT conversation_id, ordinal, at, user_id FROM search_pending
                  WHERE retry_at <= now()
                  ORDER BY retry_at LIMIT ? FOR UPDATE SKIP LOCKED) p
            JOIN links k ON k.conversation_id = p.conversation_id
                        AND k.ordinal = p.ordinal AND k.at = p.at
            """;
    private static final String BACKLOG =
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(queued_at)), 0)::bigint"
                    + " FROM search_pending";

    /** What waits. */
    record Backlog(long links, long oldestSeconds) {}

    private record Pending(
            String conversationId, long ordinal, String userId, String messageId, String json) {
        Pending under(String otherMessageId) {
            return new Pending(conversationId, ordinal, userId, otherMessageId, json);
        }
    }

    private final JdbcClient database;
    private final Vault vault;
    private final HashedWords words;
    private final SearchSettings settings;

    IndexBatch(JdbcClient database, Vault vault, HashedWords words, SearchSettings settings) {
        this.database = database;
        this.vault = vault;
        this.words = words;
        this.settings = settings;
    }

    /** Returns how many links were taken. */
    @Transactional
    public int index() {
        List<Pending> taken =
                database.sql(TAKE)
                        .param(settings.batch())
                        .query((row, number) ->
                                new Pending(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5)))
                        .list();
        if (taken.isEmpty()) {
            return 0;
        }
        Keyring keys =
                vault.keyring(taken.stream().map(Pending::userId).collect(Collectors.toSet()));
        List<Pending> readable = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<Pending> early = new ArrayList<>();
        for (Pending link : taken) {
            TurnRecord.Body body =
                    Json.read(link.json().getBytes(StandardCharsets.UTF_8), TurnRecord.class)
                            .body();
            OpenedText text = keys.open(link.userId(), link.messageId(), sealed(body));
            if (text.text() != null) {
                readable.add(link.under(questionOf(body)));
                texts.add(beginning(titled(keys, link, body, text.text())));
            } else if (text.state() == OpenedText.State.KEY_MISSING) {
                early.add(link);
            }
        }
        write(readable, vectors(texts));
        postpone(early);
        taken.removeAll(early);
        forget(taken);
        return taken.size() + early.size();
    }

    Backlog backlog() {
        return database.sql(BACKLOG)
                .query((row, number) -> new Backlog(row.getLong(1), row.getLong(2)))
                .single();
    }

    /** PostgreSQL's words of the texts, in their order, each hashed. */
    private List<String> vectors(List<String> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        return database.sql(
                        "SELECT to_tsvector(?::regconfig, t.body)::text"
                                + " FROM unnest(?::text[]) WITH ORDINALITY AS t(body, n)"
                                + " ORDER BY t.n")
                .param(settings.configuration())
                .param(texts.toArray(String[]::new))
                .query((row, number) -> words.hashed(row.getString(1)))
                .list();
    }

    private void write(List<Pending> links, List<String> vectors) {
        if (links.isEmpty()) {
            return;
        }
        database.sql(
                        """
                        INSERT INTO search_words
                            (conversation_id, ordinal, user_id, message_id, words, team)
                        SELECT t.c, t.o, t.u, t.m, t.w::tsvector, c.team
                        FROM unnest(?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                             AS t(c, o, u, m, w)
                        LEFT JOIN conversations c ON c.id = t.c
                        ON CONFLICT (conversation_id, ordinal) DO UPDATE SET words = excluded.words
                        """)
                .param(links.stream().map(Pending::conversationId).toArray(String[]::new))
                .param(ordinals(links))
                .param(links.stream().map(Pending::userId).toArray(String[]::new))
                .param(links.stream().map(Pending::messageId).toArray(String[]::new))
                .param(vectors.toArray(String[]::new))
                .update();
    }

    private void postpone(List<Pending> links) {
        if (!links.isEmpty()) {
            each(
                    "UPDATE search_pending p SET retry_at = now() + make_interval(secs => "
                            + settings.retry().toMillis() / 1_000.0
                            + ") FROM unnest(?::text[], ?::bigint[]) AS t(c, o)"
                            + " WHERE p.conversation_id = t.c AND p.ordinal = t.o",
                    links);
        }
    }

    private void forget(List<Pending> links) {
        if (!links.isEmpty()) {
            each(
                    "DELETE FROM search_pending p USING unnest(?::text[], ?::bigint[]) AS t(c, o)"
                            + " WHERE p.conversation_id = t.c AND p.ordinal = t.o",
                    links);
        }
    }

    private void each(String sql, List<Pending> links) {
        database.sql(sql)
                .param(links.stream().map(Pending::conversationId).toArray(String[]::new))
                .param(ordinals(links))
                .update();
    }

    private static Long[] ordinals(List<Pending> links) {
        return links.stream().map(Pending::ordinal).toArray(Long[]::new);
    }

    private String beginning(String text) {
        String cut = text.substring(0, Math.min(text.length(), settings.textChars()));
        return settings.folded(cut.replace('\0', ' '));
    }

    /** Words of an imported answer are found by its question, as those of any answer are. */
    private static String questionOf(TurnRecord.Body body) {
        return body instanceof TurnRecord.ImportedTurn imported
                        && !imported.author().equals("user")
                        && imported.parentId() != null
                ? imported.parentId()
                : body.messageId();
    }

    /** An imported conversation is found by its title too. */
    private static String titled(Keyring keys, Pending link, TurnRecord.Body body, String text) {
        if (body instanceof TurnRecord.ImportedTurn imported && imported.title() != null) {
            String title = keys.open(link.userId(), link.messageId(), imported.title()).text();
            return title == null ? text : title + "\n" + text;
        }
        return text;
    }

    private static @Nullable SealedText sealed(TurnRecord.Body body) {
        return switch (body) {
            case UserTurn turn -> turn.text();
            case AssistantTurn turn -> turn.text();
            case FailureTurn turn -> turn.partial();
            case RefusalTurn turn -> turn.text();
            case ToolCallTurn ignored -> null;
            case TurnRecord.ImportedTurn turn -> turn.text();
            case ChargeTurn ignored -> null;
            case TurnRecord.ApprovalTurn ignored -> null;
        };
    }
}

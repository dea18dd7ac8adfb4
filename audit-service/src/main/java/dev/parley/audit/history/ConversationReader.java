package dev.parley.audit.history;

import dev.parley.audit.history.TurnView.Usage;
import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.ConversationLabels;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.LabelStore;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.OpenedText;
import dev.parley.audit.vault.Vault;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Reads one conversation from its chain, with its texts opened. */
@Component
public class ConversationReader {

    private final Conversations conversations;
    private final Links links;
    private final LabelStore labels;
    private final Vault vault;
    private final HistorySettings settings;

    ConversationReader(
            Conversations conversations,
            Links links,
            LabelStore labels,
            Vault vault,
            HistorySettings settings) {
        this.conversations = conversations;
        this.links = links;
        this.labels = labels;
        this.vault = vault;
        this.settings = settings;
    }

    /** The conversation; empty when it is absent, or not {@code owner}'s where one is given. */
    @Transactional(readOnly = true)
    public Optional<ConversationView> find(String id, @Nullable String owner) {
        return conversations
                .findById(id)
                .filter(conversation -> owner == null || conversation.userId().equals(owner))
                .map(this::view);
    }

    private ConversationView view(Conversation conversation) {
        Keyring keys = vault.keyring(Set.of(conversation.userId()));
        List<Link> chain =
                links.from(
                        conversation.id(),
                        0,
                        conversation.firstAt(),
                        conversation.lastAt(),
                        Limit.of(settings.linksMax() + 1));
        boolean truncated = chain.size() > settings.linksMax();
        List<TurnRecord> records =
                chain.stream()
                        .limit(settings.linksMax())
                        // What another person may have put into the chain is not the owner's.
                        .filter(link -> link.userId().equals(conversation.userId()))
                        .map(ConversationReader::record)
                        .toList();
        List<TurnView> turns = turns(keys, records);
        Usage usage =
                turns.stream()
                        .map(TurnView::usage)
                        .filter(used -> used != null)
                        .reduce(Usage.NONE, Usage::plus);
        Optional<ConversationLabels> label = labels.findById(conversation.id());
        return new ConversationView(
                conversation.id(),
                Titles.title(
                        keys,
                        conversation.id(),
                        conversation.userId(),
                        label.map(ConversationLabels::title).orElse(null),
                        firstMessage(records),
                        settings.titleChars()),
                label.map(ConversationLabels::isArchived).orElse(false),
                conversation.firstAt(),
                conversation.lastAt(),
                conversation.userId(),
                conversation.team(),
                conversation.role(),
                conversation.messages(),
                conversation.links(),
                conversation.isComplete(),
                truncated,
                conversation.droppedAt(),
                usage,
                turns);
    }

    static TurnRecord record(Link link) {
        return Json.read(link.json().getBytes(StandardCharsets.UTF_8), TurnRecord.class);
    }

    private static @Nullable TurnRecord firstMessage(List<TurnRecord> records) {
        return records.stream()
                .filter(record ->
                        record.body() instanceof UserTurn
                                || record.body() instanceof TurnRecord.RefusalTurn
                                || record.body() instanceof TurnRecord.ImportedTurn)
                .findFirst()
                .orElse(null);
    }

    private static List<TurnView> turns(Keyring keys, List<TurnRecord> records) {
        Map<String, TurnBuilder> turns = new LinkedHashMap<>();
        for (TurnRecord record : records) {
            turns.computeIfAbsent(turnOf(record.body(), turns), id -> new TurnBuilder(keys, record))
                    .add(record);
        }
        Map<@Nullable String, List<String>> siblings = new HashMap<>();
        Map<String, OpenedText> texts = new HashMap<>();
        for (TurnBuilder turn : turns.values()) {
            UserTurn user = turn.user();
            if (user != null || turn.imported() != null) {
                siblings.computeIfAbsent(turn.parentId(), parent -> new ArrayList<>())
                        .add(turn.messageId());
            }
            String again = user == null || user.text() != null ? null : user.regenerates();
            // The message that is regenerated stands before the one that regenerates it.
            texts.put(
                    turn.messageId(),
                    again == null ? turn.ownText() : texts.getOrDefault(again, OpenedText.NONE));
        }
        return turns.values().stream()
                .map(turn ->
                        turn.turn(
                                texts.getOrDefault(turn.messageId(), OpenedText.NONE),
                                turn.user() == null && turn.imported() == null
                                        ? List.of()
                                        : siblings.getOrDefault(turn.parentId(), List.of())))
                .toList();
    }

    /**
     * An answer that was imported belongs to its question's turn, unless that has one: then it is a
     * turn beside it, as an answer that was asked for again is.
     */
    private static String turnOf(TurnRecord.Body body, Map<String, TurnBuilder> turns) {
        if (body instanceof TurnRecord.ImportedTurn imported
                && !imported.author().equals("user")
                && imported.parentId() != null) {
            TurnBuilder question = turns.get(imported.parentId());
            if (question != null && question.awaitsImportedAnswer()) {
                return imported.parentId();
            }
        }
        return body.messageId();
    }
}

package dev.parley.audit.history;

import dev.parley.audit.search.WordSearch;
import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.ConversationLabels;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.LabelStore;
import dev.parley.audit.vault.Vault;
import dev.parley.audit.web.Parameters;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.vault.SealedText;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** Changes titles and puts conversations away. A given title is sealed as messages are. */
@Component
class LabelChanges {

    /** Bytes of a refused body that are read and thrown away; past it the connection is cut. */
    private static final long TAKEN_BYTES_MAX = 16L << 20;

    /**
     * @param titled whether the title changes
     * @param title the new one; null gives the first message's beginning back
     */
    record Change(boolean titled, @Nullable String title, @Nullable Boolean archived) {}

    private final Conversations conversations;
    private final LabelStore labels;
    private final Vault vault;
    private final WordSearch search;
    private final HistorySettings settings;
    private final Clock clock;

    LabelChanges(
            Conversations conversations,
            LabelStore labels,
            Vault vault,
            WordSearch search,
            HistorySettings settings,
            Clock clock) {
        this.conversations = conversations;
        this.labels = labels;
        this.vault = vault;
        this.search = search;
        this.settings = settings;
        this.clock = clock;
    }

    Change read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(settings.bodyBytes() + 1);
        if (bytes.length > settings.bodyBytes()) {
            takeTheRest(body);
            throw new ProblemException(
                    ErrorCode.MESSAGE_TOO_LONG,
                    "The body has more than " + settings.bodyBytes() + " bytes.");
        }
        JsonNode json;
        try {
            json = Json.tree(bytes);
        } catch (UnreadableRecordException e) {
            throw Parameters.bad("The body is not JSON.");
        }
        if (json == null || !json.isObject()) {
            throw Parameters.bad("The body must be a JSON object.");
        }
        for (String name : json.propertyNames()) {
            if (!Set.of("title", "archived").contains(name)) {
                throw Parameters.bad("Only title and archived can be changed.");
            }
        }
        return new Change(json.has("title"), title(json.get("title")), archived(json));
    }

    /** A client that is still sending when the connection is cut never sees the answer. */
    private static void takeTheRest(InputStream body) throws IOException {
        byte[] buffer = new byte[8_192];
        for (long taken = 0; taken < TAKEN_BYTES_MAX; ) {
            int read = body.read(buffer);
            if (read < 0) {
                return;
            }
            taken += read;
        }
    }

    private @Nullable String title(@Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isString() || node.stringValue().isBlank()) {
            throw Parameters.bad("title must be a text, or null for the first message's.");
        }
        String title = node.stringValue().strip();
        if (title.codePointCount(0, title.length()) > settings.givenTitleChars()) {
            throw Parameters.bad(
                    "title has more than " + settings.givenTitleChars() + " characters.");
        }
        if (title.codePoints().anyMatch(Character::isISOControl)) {
            throw Parameters.bad("title contains control characters.");
        }
        return title;
    }

    private static @Nullable Boolean archived(JsonNode json) {
        JsonNode node = json.get("archived");
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            throw Parameters.bad("archived must be true or false.");
        }
        return node.booleanValue();
    }

    @Transactional
    public void apply(String conversationId, String userId, Change change) {
        Conversation conversation =
                conversations
                        .findById(conversationId)
                        .filter(found -> found.userId().equals(userId))
                        .orElseThrow(HistoryController::absent);
        Instant now = clock.instant();
        ConversationLabels row =
                labels.findById(conversation.id())
                        .orElseGet(() -> new ConversationLabels(conversation.id(), userId, now));
        if (change.titled()) {
            row.title(change.title() == null ? null : seal(conversation, change.title()), now);
            search.indexTitle(conversation.id(), userId, change.title());
        }
        if (change.archived() != null) {
            row.archived(change.archived(), now);
        }
        labels.save(row);
    }

    private SealedText seal(Conversation conversation, String title) {
        return vault.keyring(Set.of(conversation.userId()))
                .seal(
                        conversation.userId(),
                        ConversationLabels.sealingContext(conversation.id()),
                        title)
                .orElseThrow(() ->
                        new ProblemException(
                                ErrorCode.CONFLICT, "There is no key to keep a title with."));
    }
}

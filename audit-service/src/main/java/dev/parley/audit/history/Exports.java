package dev.parley.audit.history;

import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.Vault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a conversation as a file. */
@Component
public class Exports {

    private static final int LINKS_PER_READ = 500;

    private final ConversationReader reader;
    private final Conversations conversations;
    private final Links links;
    private final Vault vault;
    private final JsonMapper json;
    private final Clock clock;

    Exports(
            ConversationReader reader,
            Conversations conversations,
            Links links,
            Vault vault,
            JsonMapper json,
            Clock clock) {
        this.clock = clock;
        this.reader = reader;
        this.conversations = conversations;
        this.links = links;
        this.vault = vault;
        this.json = json;
    }

    /** A file's content, written when the answer is. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * The file; empty when the conversation is absent, or not {@code owner}'s where one is given.
     */
    public Optional<Content> of(String id, ExportFormat format, @Nullable String owner) {
        if (format == ExportFormat.JSONL) {
            return conversations
                    .findById(id)
                    .filter(found -> owner == null || found.userId().equals(owner))
                    .map(found -> out -> writeChain(found, out));
        }
        return reader.find(id, owner)
                .map(view ->
                        switch (format) {
                            case JSON ->
                                    json.writerWithDefaultPrettyPrinter()
                                            .writeValueAsString(dated(view));
                            case MARKDOWN -> MarkdownExport.of(view, clock.instant());
                            case CSV -> CsvExport.of(view, clock.instant());
                            case JSONL -> throw new AssertionError("answered above");
                        })
                .map(text -> out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** With the time after which an erasure does not reach it any more. */
    private ObjectNode dated(ConversationView view) {
        ObjectNode tree = json.valueToTree(view);
        tree.put("exported_at", clock.instant().toString());
        return tree;
    }

    /** The whole chain, piece by piece, however long it is. */
    private void writeChain(Conversation conversation, OutputStream out) throws IOException {
        Keyring keys = vault.keyring(Set.of(conversation.userId()));
        Instant at = clock.instant();
        long next = 0;
        List<Link> piece;
        do {
            piece =
                    links.from(
                            conversation.id(),
                            next,
                            conversation.firstAt(),
                            conversation.lastAt(),
                            Limit.of(LINKS_PER_READ));
            for (Link link : piece) {
                out.write(ChainLine.of(link, keys, at).getBytes(StandardCharsets.UTF_8));
                next = link.ordinal() + 1;
            }
        } while (piece.size() == LINKS_PER_READ);
    }
}

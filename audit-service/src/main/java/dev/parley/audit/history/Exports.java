package dev.parley.audit.history;

import dev.parley.audit.store.Conversations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a conversation as a file. */
@Component
public class Exports {

    private final ConversationReader reader;
    private final Conversations conversations;
    private final ChainFile chains;
    private final JsonMapper json;
    private final Clock clock;

    Exports(
            ConversationReader reader,
            Conversations conversations,
            ChainFile chains,
            JsonMapper json,
            Clock clock) {
        this.clock = clock;
        this.reader = reader;
        this.conversations = conversations;
        this.chains = chains;
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
                    .map(found -> out -> chains.write(found, out));
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
}

package dev.parley.audit.imports;

import dev.parley.audit.imports.ForeignConversation.Node;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.RequestEvent.ImportedMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Brings a file of conversations to the log. Every id is made of the user and the file, so that the
 * same file again brings the same messages again, which the orchestrator knows.
 */
@Component
class Imports {

    private static final String CUT = " […cut]";
    private static final int NESTING_MAX = 500;

    /** These files are trees as deep as a conversation is long. */
    private static final JsonMapper READER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(NESTING_MAX)
                                                    .maxStringLength(20_000_000)
                                                    .build())
                                    .build())
                    .build();

    /** {@code skipped}: messages without text, and conversations of which nothing is left. */
    record Outcome(
            String importId, String source, long conversations, long messages, long skipped) {}

    private final ImportSettings settings;
    private final KafkaTemplate<String, byte[]> kafka;
    private final Outbound outbound;
    private final JdbcClient database;
    private final Clock clock;

    Imports(
            ImportSettings settings,
            KafkaTemplate<String, byte[]> kafka,
            Outbound outbound,
            JdbcClient database,
            Clock clock) {
        this.settings = settings;
        this.kafka = kafka;
        this.outbound = outbound;
        this.database = database;
        this.clock = clock;
    }

    /** Returns when the log has all of it. */
    Outcome take(InputStream body, String userId, Caller caller) throws IOException {
        Path file = Files.createTempFile("parley-import", ".json");
        try {
            String importId = MessageIds.derive("import", userId, copy(body, file));
            Batch batch = new Batch(importId, userId, caller);
            read(file, batch);
            Outcome outcome = batch.outcome();
            note(outcome, userId, caller);
            return outcome;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The digest of what was copied. */
    private String copy(InputStream body, Path file) throws IOException {
        MessageDigest digest = sha256();
        long left = settings.bytes().toBytes();
        try (var out = Files.newOutputStream(file);
                DigestInputStream in = new DigestInputStream(body, digest)) {
            byte[] piece = new byte[65_536];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                left -= read;
                if (left < 0) {
                    throw new ProblemException(
                            ErrorCode.MESSAGE_TOO_LONG,
                            "The file has more than " + settings.bytes() + ".");
                }
                out.write(piece, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** One conversation, or an array of them, each read by itself. */
    private static void read(Path file, Batch batch) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                MappingIterator<JsonNode> conversations =
                        READER.readerFor(JsonNode.class).readValues(in)) {
            while (conversations.hasNextValue()) {
                batch.take(conversations.nextValue());
            }
        } catch (JacksonException e) {
            throw new ProblemException(ErrorCode.BAD_FRAME, "The file is not JSON.");
        }
    }

    private void note(Outcome outcome, String userId, Caller caller) {
        database.sql(
                        "INSERT INTO imports (import_id, user_id, imported_by, imported_at, source,"
                                + " conversations, messages, skipped)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
                .params(
                        List.of(
                                outcome.importId(),
                                userId,
                                caller.id(),
                                clock.instant().atOffset(ZoneOffset.UTC),
                                outcome.source(),
                                outcome.conversations(),
                                outcome.messages(),
                                outcome.skipped()))
                .update();
    }

    /** One file on its way. */
    private final class Batch {

        private final String importId;
        private final String userId;
        private final Caller caller;
        private final List<CompletableFuture<?>> sent = new ArrayList<>();
        private @Nullable String source;
        private long conversations;
        private long messages;
        private long skipped;

        Batch(String importId, String userId, Caller caller) {
            this.importId = importId;
            this.userId = userId;
            this.caller = caller;
        }

        void take(JsonNode json) {
            Optional<ForeignConversation> read = ForeignFormats.read(json);
            if (read.isEmpty()) {
                throw new ProblemException(
                        ErrorCode.BAD_FRAME,
                        "The file is no export of ChatGPT, LibreChat or Open WebUI.");
            }
            ForeignConversation conversation = read.get();
            source = conversation.source();
            skipped += conversation.skipped();
            List<Node> nodes = conversation.ordered();
            if (nodes.isEmpty()) {
                skipped++;
                return;
            }
            conversations++;
            messages += nodes.size();
            String id =
                    MessageIds.derive(
                            "imported-conversation",
                            importId,
                            conversation.id().isBlank()
                                    ? Long.toString(conversations)
                                    : conversation.id());
            for (List<ImportedMessage> part : parts(id, nodes)) {
                send(conversation, id, part);
            }
        }

        private void send(ForeignConversation conversation, String id, List<ImportedMessage> part) {
            RequestEvent.ImportRequested request =
                    new RequestEvent.ImportRequested(
                            importId,
                            id,
                            userId,
                            conversation.title() == null
                                    ? null
                                    : cut(conversation.title(), settings.messageChars()),
                            conversation.source(),
                            part,
                            caller,
                            null,
                            clock.instant().truncatedTo(ChronoUnit.MICROS));
            sent.add(kafka.send(outbound.event(Topic.REQUESTS, userId, request, null)));
        }

        /** A part ends before a question, so that an answer comes with its question. */
        private List<List<ImportedMessage>> parts(String conversationId, List<Node> nodes) {
            List<List<ImportedMessage>> parts = new ArrayList<>();
            List<ImportedMessage> part = new ArrayList<>();
            long chars = 0;
            Instant before = clock.instant().truncatedTo(ChronoUnit.MICROS);
            for (Node node : nodes) {
                String text = cut(node.text(), settings.messageChars());
                boolean full =
                        part.size() >= settings.partMessages()
                                || chars + text.length() > settings.partChars();
                boolean fits =
                        "assistant".equals(node.role())
                                && part.size() < settings.partMessages() * 2;
                if (!part.isEmpty()
                        && full
                        && !(fits && chars + text.length() <= settings.partChars())) {
                    parts.add(part);
                    part = new ArrayList<>();
                    chars = 0;
                }
                chars += text.length();
                Instant at = node.at() == null ? before : node.at();
                part.add(
                        new ImportedMessage(
                                messageId(conversationId, node.id()),
                                node.parent() == null
                                        ? null
                                        : messageId(conversationId, node.parent()),
                                node.role() == null ? "user" : node.role(),
                                text,
                                node.model(),
                                at));
            }
            parts.add(part);
            return parts;
        }

        private static String messageId(String conversationId, String nodeId) {
            return MessageIds.derive("imported-message", conversationId, nodeId);
        }

        Outcome outcome() {
            try {
                CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
            } catch (CompletionException e) {
                throw new ProblemException(
                        ErrorCode.UNAVAILABLE,
                        "Not all of the file was taken; the same file again brings the rest.");
            }
            if (source == null) {
                throw new ProblemException(ErrorCode.BAD_FRAME, "The file has no conversation.");
            }
            return new Outcome(importId, source, conversations, messages, skipped);
        }
    }

    private static String cut(String text, int charsMax) {
        String whole = text.replace('\0', ' ');
        if (whole.length() <= charsMax) {
            return whole;
        }
        int end = charsMax - CUT.length();
        return whole.substring(0, Character.isHighSurrogate(whole.charAt(end - 1)) ? end - 1 : end)
                + CUT;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

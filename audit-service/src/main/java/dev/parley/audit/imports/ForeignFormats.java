package dev.parley.audit.imports;

import dev.parley.audit.imports.ForeignConversation.Node;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Knows the export formats of other systems by their shape.
 *
 * <ul>
 *   <li>ChatGPT: {@code mapping} of nodes with {@code message.author.role} and {@code
 *       message.content.parts}, {@code current_node}
 *   <li>LibreChat: {@code messages}, flat with {@code parentMessageId} or nested in {@code
 *       children}, {@code isCreatedByUser}
 *   <li>Open WebUI: {@code chat.history.messages} by id with {@code parentId}, {@code
 *       chat.history.currentId}
 * </ul>
 */
final class ForeignFormats {

    private static final int DEPTH_MAX = 10_000;

    private ForeignFormats() {}

    /** Empty for what is of none of these shapes. */
    static Optional<ForeignConversation> read(JsonNode json) {
        if (json.path("mapping").isObject()) {
            return Optional.of(chatGpt(json));
        }
        if (json.at("/chat/history/messages").isObject()) {
            return Optional.of(openWebUi(json));
        }
        if (json.path("messages").isArray() && json.has("conversationId")) {
            return Optional.of(libreChat(json));
        }
        return Optional.empty();
    }

    private static ForeignConversation chatGpt(JsonNode json) {
        List<Node> nodes = new ArrayList<>();
        json.path("mapping")
                .properties()
                .forEach(entry -> {
                    JsonNode message = entry.getValue().path("message");
                    nodes.add(
                            new Node(
                                    entry.getKey(),
                                    text(entry.getValue().path("parent")),
                                    shown(message)
                                            ? role(message.at("/author/role").asString(""))
                                            : null,
                                    parts(message.at("/content")),
                                    text(message.at("/metadata/model_slug")),
                                    seconds(message.path("create_time"))));
                });
        return new ForeignConversation(
                "chatgpt",
                json.path("conversation_id").asString(json.path("id").asString("")),
                text(json.path("title")),
                nodes,
                text(json.path("current_node")));
    }

    /** Calls of its own tools and their results are addressed to others than the reader. */
    private static boolean shown(JsonNode message) {
        return message.path("recipient").asString("all").equals("all")
                && !message.at("/metadata/is_visually_hidden_from_conversation").asBoolean(false);
    }

    private static String parts(JsonNode content) {
        StringBuilder text = new StringBuilder();
        if (content.path("text").isString()) {
            text.append(content.path("text").stringValue());
        }
        for (JsonNode part : content.path("parts")) {
            String piece = part.isString() ? part.stringValue() : part.path("text").asString("");
            if (!piece.isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n").append(piece);
            }
        }
        return text.toString();
    }

    private static ForeignConversation openWebUi(JsonNode json) {
        List<Node> nodes = new ArrayList<>();
        json.at("/chat/history/messages")
                .properties()
                .forEach(entry -> {
                    JsonNode message = entry.getValue();
                    nodes.add(
                            new Node(
                                    entry.getKey(),
                                    text(message.path("parentId")),
                                    role(message.path("role").asString("")),
                                    content(message.path("content")),
                                    text(message.path("model")),
                                    seconds(message.path("timestamp"))));
                });
        return new ForeignConversation(
                "open-webui",
                json.path("id").asString(json.at("/chat/id").asString("")),
                json.path("title").isString()
                        ? json.path("title").stringValue()
                        : text(json.at("/chat/title")),
                nodes,
                text(json.at("/chat/history/currentId")));
    }

    private static ForeignConversation libreChat(JsonNode json) {
        List<Node> nodes = new ArrayList<>();
        collect(json.path("messages"), null, nodes, 0);
        return new ForeignConversation(
                "librechat",
                json.path("conversationId").asString(""),
                text(json.path("title")),
                nodes,
                null);
    }

    /**
     * @param above the message in whose {@code children} these stand
     */
    private static void collect(
            JsonNode messages, @Nullable String above, List<Node> nodes, int depth) {
        for (JsonNode message : messages) {
            String id = message.path("messageId").asString("");
            String parent = text(message.path("parentMessageId"));
            nodes.add(
                    new Node(
                            id,
                            above == null ? parent : above,
                            message.path("isCreatedByUser").asBoolean(false)
                                            || message.path("sender")
                                                    .asString("")
                                                    .equalsIgnoreCase("user")
                                    ? "user"
                                    : "assistant",
                            message.path("text").asString("").isEmpty()
                                    ? content(message.path("content"))
                                    : message.path("text").asString(""),
                            text(message.path("model")),
                            time(message.path("createdAt"))));
            if (depth < DEPTH_MAX) {
                collect(message.path("children"), id, nodes, depth + 1);
            }
        }
    }

    /** A text, or pieces of which some are texts. */
    private static String content(JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode piece : content) {
            JsonNode value = piece.path("text");
            String words =
                    value.isString() ? value.stringValue() : value.path("value").asString("");
            if (!words.isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n").append(words);
            }
        }
        return text.toString();
    }

    private static @Nullable String role(String role) {
        return switch (role) {
            case "user", "assistant" -> role;
            default -> null;
        };
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() && !node.stringValue().isBlank() ? node.stringValue() : null;
    }

    private static @Nullable Instant seconds(JsonNode node) {
        if (!node.isNumber()) {
            return null;
        }
        double seconds = node.doubleValue();
        // Some versions of these systems wrote milliseconds.
        long millis = (long) (seconds > 1e11 ? seconds : seconds * 1_000);
        return bounded(Instant.ofEpochMilli(millis));
    }

    private static @Nullable Instant time(JsonNode node) {
        if (!node.isString()) {
            return seconds(node);
        }
        try {
            return bounded(OffsetDateTime.parse(node.stringValue()).toInstant());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** A time that none of these systems can have written is none. */
    private static @Nullable Instant bounded(Instant time) {
        return time.isBefore(Instant.parse("2000-01-01T00:00:00Z"))
                        || time.isAfter(Instant.parse("2200-01-01T00:00:00Z"))
                ? null
                : time;
    }
}

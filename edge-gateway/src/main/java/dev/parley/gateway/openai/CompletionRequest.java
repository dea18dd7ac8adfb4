package dev.parley.gateway.openai;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ClientFrameReader;
import dev.parley.schemas.frame.ClientFrameReader.BadFrameException;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is asked of {@code /v1/chat/completions}.
 *
 * @param message the last message, which must be the user's
 * @param context the messages before it
 */
record CompletionRequest(
        ClientFrame.Message message,
        List<ChatMessage> context,
        boolean stream,
        boolean includeUsage) {

    private static final Set<String> ROLES = Set.of("system", "user", "assistant");

    static CompletionRequest read(byte[] body) throws CompletionRefusal {
        JsonNode json;
        try {
            json = Json.tree(body);
        } catch (UnreadableRecordException e) {
            throw refusal("The body is not JSON.");
        }
        JsonNode messages = json.path("messages");
        if (!json.isObject() || !messages.isArray() || messages.isEmpty()) {
            throw refusal("\"messages\" must be a list that is not empty.");
        }
        List<ChatMessage> context = new ArrayList<>();
        for (JsonNode message : messages) {
            context.add(message(message));
        }
        ChatMessage last = context.removeLast();
        if (!last.role().equals("user")) {
            throw refusal("The last message must be the user's.");
        }
        return new CompletionRequest(
                frame(json, last.content()),
                context,
                json.path("stream").asBoolean(false),
                json.path("stream_options").path("include_usage").asBoolean(false));
    }

    /** The same checks as for a frame. */
    private static ClientFrame.Message frame(JsonNode json, String text) throws CompletionRefusal {
        ObjectNode frame = Json.mapper().createObjectNode();
        frame.put("text", text);
        frame.set("model", json.get("model"));
        JsonNode max = json.get("max_completion_tokens");
        frame.set("max_tokens", max == null ? json.get("max_tokens") : max);
        frame.set("temperature", json.get("temperature"));
        try {
            return ClientFrameReader.readMessage(Json.write(frame));
        } catch (BadFrameException e) {
            throw new CompletionRefusal(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private static ChatMessage message(JsonNode message) throws CompletionRefusal {
        String role = message.path("role").asString("");
        String known = role.equals("developer") ? "system" : role;
        if (!ROLES.contains(known)) {
            throw refusal("A message's \"role\" must be system, developer, user or assistant.");
        }
        String content = content(message.get("content"));
        if (content == null) {
            throw refusal("A message's \"content\" must be text.");
        }
        return new ChatMessage(known, content);
    }

    private static @Nullable String content(@Nullable JsonNode content) {
        if (content == null) {
            return null;
        }
        if (content.isString()) {
            return content.stringValue();
        }
        if (!content.isArray()) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asString("").equals("text")) {
                return null;
            }
            text.append(part.path("text").asString(""));
        }
        return text.toString();
    }

    private static CompletionRefusal refusal(String text) {
        return new CompletionRefusal(ErrorCode.BAD_FRAME, text);
    }
}

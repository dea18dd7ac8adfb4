package dev.parley.bench.provider;

import dev.parley.schemas.Json;
import tools.jackson.databind.JsonNode;

/**
 * What matters of a request to {@code /v1/chat/completions}.
 *
 * @param prompt content of the last message of the user
 * @param promptChars characters of all messages
 * @param maxTokens 0: not limited
 */
record CompletionRequest(
        String model,
        String prompt,
        int promptChars,
        boolean stream,
        boolean includeUsage,
        int maxTokens) {

    static CompletionRequest read(byte[] body) {
        JsonNode json = Json.tree(body);
        String prompt = "";
        int chars = 0;
        for (JsonNode message : json.path("messages")) {
            String content = content(message.path("content"));
            chars += content.length();
            if (message.path("role").asString("").equals("user")) {
                prompt = content;
            }
        }
        int maxTokens = json.path("max_completion_tokens").asInt(json.path("max_tokens").asInt(0));
        return new CompletionRequest(
                json.path("model").asString("bench"),
                prompt,
                chars,
                json.path("stream").asBoolean(false),
                json.path("stream_options").path("include_usage").asBoolean(false),
                maxTokens);
    }

    /** A text, or the texts of its parts. */
    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.asString("");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            text.append(part.path("text").asString(""));
        }
        return text.toString();
    }
}

package dev.parley.worker.provider.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ModelRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request of a streamed chat completion, as OpenAI documents it. */
record CompletionBody(
        String model,
        List<ChatMessage> messages,
        boolean stream,
        StreamOptions streamOptions,
        @Nullable Integer maxTokens,
        @Nullable Double temperature) {

    record StreamOptions(@JsonProperty("include_usage") boolean includeUsage) {}

    static byte[] of(ModelRequest request) {
        return Json.write(
                new CompletionBody(
                        request.model(),
                        request.messages(),
                        true,
                        new StreamOptions(true),
                        request.maxTokens(),
                        request.temperature()));
    }
}

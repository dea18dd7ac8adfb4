package dev.parley.worker.provider;

import dev.parley.schemas.record.ChatMessage;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * One call of a model.
 *
 * @param messages the context and, last, the user's message or the results of tools
 * @param deadline no stream goes on after it
 * @param tools that the model may ask for; empty: none
 * @param started text of the answer that a lost worker has already shown, to be gone on from;
 *     empty: the answer begins. Only for a provider that {@linkplain ModelProvider#continues
 *     continues}
 */
public record ModelRequest(
        String model,
        List<ChatMessage> messages,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        Instant deadline,
        List<ModelTool> tools,
        String started) {

    public ModelRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** A call at an answer's beginning, without tools. */
    public ModelRequest(
            String model,
            List<ChatMessage> messages,
            @Nullable Integer maxTokens,
            @Nullable Double temperature,
            Instant deadline) {
        this(model, messages, maxTokens, temperature, deadline, List.of(), "");
    }

    /** The same call under the name that a provider has for the model. */
    public ModelRequest named(String name) {
        return name.equals(model)
                ? this
                : new ModelRequest(
                        name, messages, maxTokens, temperature, deadline, tools, started);
    }
}

package dev.parley.worker.provider;

import dev.parley.schemas.record.ChatMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model.
 *
 * @param messages the context and, last, the user's message or the results of tools
 * @param deadline no stream goes on after it
 * @param tools that the model may ask for; empty: none
 * @param started text of the answer that a lost worker has already shown, to be gone on from;
 *     empty: the answer begins. Only for a provider that {@linkplain ModelProvider#continues
 *     continues}
 * @param toolsBarred whether it must answer without asking for a tool, though the context speaks of
 *     them
 */
public record ModelRequest(
        String model,
        List<ChatMessage> messages,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        Instant deadline,
        List<ModelTool> tools,
        String started,
        boolean toolsBarred) {

    public ModelRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** A call in which tools may be asked for. */
    public ModelRequest(
            String model,
            List<ChatMessage> messages,
            @Nullable Integer maxTokens,
            @Nullable Double temperature,
            Instant deadline,
            List<ModelTool> tools,
            String started) {
        this(model, messages, maxTokens, temperature, deadline, tools, started, false);
    }

    /** A call at an answer's beginning, without tools. */
    public ModelRequest(
            String model,
            List<ChatMessage> messages,
            @Nullable Integer maxTokens,
            @Nullable Double temperature,
            Instant deadline) {
        this(model, messages, maxTokens, temperature, deadline, List.of(), "", false);
    }

    /** The same call under the name that a provider has for the model. */
    public ModelRequest named(String name) {
        return name.equals(model)
                ? this
                : new ModelRequest(
                        name,
                        messages,
                        maxTokens,
                        temperature,
                        deadline,
                        tools,
                        started,
                        toolsBarred);
    }
}

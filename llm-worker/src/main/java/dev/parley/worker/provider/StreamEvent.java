package dev.parley.worker.provider;

import dev.parley.schemas.record.TokenUsage;

/** What a provider says while it answers. */
public sealed interface StreamEvent {

    /**
     * A piece of the answer, never empty. It may end between the two halves of a surrogate pair;
     * whoever writes it out holds the first half back.
     */
    record Text(String text) implements StreamEvent {}

    /**
     * The model asks for a tool. Whole, and before the {@link Finished} that says {@link
     * FinishReason#TOOL_CALLS}.
     *
     * @param callId as the provider named it, or made here when it named none; unique within one
     *     call of the model only
     * @param name as the model wrote it, which may be no tool that was offered
     * @param arguments as the model wrote them: JSON text, and perhaps malformed
     */
    record ToolCall(String callId, String name, String arguments) implements StreamEvent {}

    /** What the provider counted so far; a later one replaces an earlier one. */
    record Usage(TokenUsage usage) implements StreamEvent {}

    /** The provider said that the answer is complete. */
    record Finished(FinishReason reason) implements StreamEvent {}

    /** Why the provider ended the answer. */
    enum FinishReason {
        STOP,
        LENGTH,
        /** The model waits for the results of the tools that it asked for. */
        TOOL_CALLS
    }
}

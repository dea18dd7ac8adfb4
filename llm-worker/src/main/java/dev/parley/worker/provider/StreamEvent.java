package dev.parley.worker.provider;

import dev.parley.schemas.record.TokenUsage;

/** What a provider says while it answers. */
public sealed interface StreamEvent {

    /**
     * A piece of the answer, never empty. It may end between the two halves of a surrogate pair;
     * whoever writes it out holds the first half back.
     */
    record Text(String text) implements StreamEvent {}

    /** What the provider counted so far; a later one replaces an earlier one. */
    record Usage(TokenUsage usage) implements StreamEvent {}

    /** The provider said that the answer is complete. */
    record Finished(FinishReason reason) implements StreamEvent {}

    /** Why the provider ended the answer. */
    enum FinishReason {
        STOP,
        LENGTH
    }
}

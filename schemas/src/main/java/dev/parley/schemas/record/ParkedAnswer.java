package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that waits for a person's approval of tool calls: all that a worker needs to go on.
 *
 * @param transcript what came after the job's messages: the model's calls and their results so far
 * @param answer the text that was published so far
 * @param seq number of the next token frame
 * @param usage of the calls to the model so far
 * @param iterations calls to the model so far
 * @param pending the calls that wait for a decision
 */
public record ParkedAnswer(
        List<ChatMessage> transcript,
        String answer,
        int seq,
        TokenUsage usage,
        int iterations,
        int toolCalls,
        List<String> toolsUsed,
        List<ToolUse> pending,
        Instant startedAt,
        @Nullable Instant firstTokenAt) {

    public ParkedAnswer {
        transcript = transcript == null ? List.of() : List.copyOf(transcript);
        toolsUsed = toolsUsed == null ? List.of() : List.copyOf(toolsUsed);
        pending = pending == null ? List.of() : List.copyOf(pending);
    }
}

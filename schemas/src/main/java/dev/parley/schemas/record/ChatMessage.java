package dev.parley.schemas.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of the model's context.
 *
 * @param role one of system, user, assistant, tool
 * @param toolCalls of an assistant message: the calls that the model asked for
 * @param toolCallId of a tool message: the call that {@code content} is the result of
 */
public record ChatMessage(
        String role,
        String content,
        @Nullable List<ToolUse> toolCalls,
        @Nullable String toolCallId) {

    public ChatMessage {
        toolCalls = toolCalls == null ? null : List.copyOf(toolCalls);
    }

    /** A message of plain text. */
    public ChatMessage(String role, String content) {
        this(role, content, null, null);
    }
}

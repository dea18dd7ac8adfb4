package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to make, with the context that it needs; topic {@code parley.jobs}, no key. The
 * delivery count of the share group is the attempt number.
 *
 * @param jobId a function of the message, so that a request decided again gives the same job
 * @param model as asked for, or the policy's default; {@code demo} or a provider's model name
 * @param messages the context and, last, the user's message
 * @param maxTokens the longest answer that was reserved for
 * @param deadline after it the orchestrator has ended the message
 */
public record Job(
        String jobId,
        String messageId,
        String conversationId,
        String userId,
        String role,
        ReplyTo replyTo,
        @Nullable String model,
        List<ChatMessage> messages,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        Instant createdAt,
        Instant deadline)
        implements PipelineEvent {

    public Job {
        messages = messages == null ? List.of() : List.copyOf(messages);
    }
}

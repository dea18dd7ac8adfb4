package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;
import java.util.Map;
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
 * @param tools by MCP server, the rules that must all allow a tool of it; a server that is not
 *     named: nothing of it
 * @param toolRounds how often the model may be called again with results of tools; null: no such
 *     limit
 * @param attemptBase added to the delivery count, so that a job that continues a parked answer
 *     counts on from the one that parked it
 * @param parked the answer to go on with; null at its beginning
 * @param decisions on the calls that {@code parked} waited for
 * @param recordedTools results to serve in place of calling tools; null: call them
 * @param inputHeld input tokens that were reserved, of all calls to the model together; a further
 *     one that would exceed them is not made; null: no such limit
 * @param takeovers how often the orchestrator has given the answer to another worker since the one
 *     that had it was not heard of any more; what that one has shown is void, or gone on from
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
        Instant deadline,
        Map<String, List<PolicyRecord.ToolRule>> tools,
        @Nullable Integer toolRounds,
        int attemptBase,
        @Nullable ParkedAnswer parked,
        List<ApprovalDecision> decisions,
        @Nullable List<RecordedTool> recordedTools,
        @Nullable Long inputHeld,
        int takeovers)
        implements PipelineEvent {

    public Job {
        messages = messages == null ? List.of() : List.copyOf(messages);
        tools = tools == null ? Map.of() : Map.copyOf(tools);
        decisions = decisions == null ? List.of() : List.copyOf(decisions);
        recordedTools = recordedTools == null ? null : List.copyOf(recordedTools);
    }

    /** A job that no worker had before. */
    public Job(
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
            Instant deadline,
            Map<String, List<PolicyRecord.ToolRule>> tools,
            @Nullable Integer toolRounds,
            int attemptBase,
            @Nullable ParkedAnswer parked,
            List<ApprovalDecision> decisions,
            @Nullable List<RecordedTool> recordedTools,
            @Nullable Long inputHeld) {
        this(
                jobId,
                messageId,
                conversationId,
                userId,
                role,
                replyTo,
                model,
                messages,
                maxTokens,
                temperature,
                createdAt,
                deadline,
                tools,
                toolRounds,
                attemptBase,
                parked,
                decisions,
                recordedTools,
                inputHeld,
                0);
    }

    /** A job without tools. */
    public Job(
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
            Instant deadline) {
        this(
                jobId,
                messageId,
                conversationId,
                userId,
                role,
                replyTo,
                model,
                messages,
                maxTokens,
                temperature,
                createdAt,
                deadline,
                Map.of(),
                null,
                0,
                null,
                List.of(),
                null,
                null);
    }

    /** The same job once more, its attempts counting on from {@code base}. */
    public Job takenOver(int base) {
        return new Job(
                jobId,
                messageId,
                conversationId,
                userId,
                role,
                replyTo,
                model,
                messages,
                maxTokens,
                temperature,
                createdAt,
                deadline,
                tools,
                toolRounds,
                base,
                parked,
                decisions,
                recordedTools,
                inputHeld,
                takeovers + 1);
    }
}

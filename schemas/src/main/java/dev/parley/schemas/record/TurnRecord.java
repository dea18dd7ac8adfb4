package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One link of a conversation's chain, the canonical record; topic {@code parley.turns}, key
 * conversation id.
 *
 * @param ordinal dense within the conversation, from 0
 * @param prevHash hash of the link before; of the first link, {@code ConversationChain.GENESIS}
 * @param hash {@code ConversationChain.hash} of this record; lower-case hex SHA-256
 */
public record TurnRecord(
        String conversationId,
        long ordinal,
        String userId,
        @Nullable String team,
        String role,
        Instant at,
        Body body,
        String prevHash,
        String hash)
        implements PipelineEvent {

    /** What happened. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = UserTurn.class, name = "user"),
        @JsonSubTypes.Type(value = AssistantTurn.class, name = "assistant"),
        @JsonSubTypes.Type(value = ToolCallTurn.class, name = "tool_call"),
        @JsonSubTypes.Type(value = RefusalTurn.class, name = "refusal"),
        @JsonSubTypes.Type(value = FailureTurn.class, name = "failure"),
        @JsonSubTypes.Type(value = ChargeTurn.class, name = "charge"),
        @JsonSubTypes.Type(value = ApprovalTurn.class, name = "approval"),
        @JsonSubTypes.Type(value = ImportedTurn.class, name = "imported")
    })
    public sealed interface Body {
        String messageId();
    }

    /**
     * An admitted user message.
     *
     * @param parentId the message that it follows on its branch; null at the start of a
     *     conversation
     * @param regenerates the user message whose answer is asked for again; its text is not repeated
     */
    public record UserTurn(
            String messageId,
            @Nullable String parentId,
            @Nullable String regenerates,
            @Nullable String clientMsgId,
            @Nullable SealedText text,
            @Nullable String model,
            String entrance,
            Instant receivedAt)
            implements Body {}

    /** The answer, as {@code done} shows it. */
    public record AssistantTurn(
            String messageId,
            SealedText text,
            String finishReason,
            String model,
            TokenUsage usage,
            @Nullable BigDecimal cost,
            int toolCalls,
            List<String> toolsUsed,
            int iterations,
            int attempt,
            Instant startedAt,
            @Nullable Instant firstTokenAt,
            Instant endedAt,
            String worker)
            implements Body {

        public AssistantTurn {
            toolsUsed = toolsUsed == null ? List.of() : List.copyOf(toolsUsed);
        }
    }

    /** {@code arguments} and {@code result} are sealed JSON and text. */
    public record ToolCallTurn(
            String messageId,
            String callId,
            String server,
            String tool,
            SealedText arguments,
            String status,
            long durationMs,
            SealedText result)
            implements Body {}

    /** A message that was not admitted. */
    public record RefusalTurn(
            String messageId,
            @Nullable String clientMsgId,
            ErrorCode code,
            String error,
            ServerFrame.@Nullable LimitState limit,
            @Nullable Long retryAfterS,
            @Nullable SealedText text,
            @Nullable String model,
            String entrance,
            Instant receivedAt)
            implements Body {}

    /** An admitted message whose answer failed. */
    public record FailureTurn(
            String messageId,
            ErrorCode code,
            String error,
            @Nullable SealedText partial,
            @Nullable String model,
            TokenUsage usage,
            int attempt,
            Instant endedAt)
            implements Body {}

    /**
     * What the message was charged, once.
     *
     * @param reserved tokens that were held for it
     */
    public record ChargeTurn(
            String messageId,
            TokenUsage usage,
            @Nullable BigDecimal cost,
            long reserved,
            Instant requestedAt)
            implements Body {}

    /**
     * A person's word on a tool call, or its absence.
     *
     * @param decision approved, denied or expired
     * @param decidedBy the user; null when nobody decided in time
     */
    public record ApprovalTurn(
            String messageId,
            String callId,
            String server,
            String tool,
            String decision,
            @Nullable String decidedBy,
            Instant decidedAt)
            implements Body {}

    /**
     * A message of a conversation that was held elsewhere.
     *
     * @param parentId the message that it follows; null at the start
     * @param author user or assistant
     * @param source the system that it was exported from
     * @param title what the conversation was called there; with its first message alone
     */
    public record ImportedTurn(
            String messageId,
            @Nullable String parentId,
            String author,
            SealedText text,
            @Nullable String model,
            String source,
            Instant writtenAt,
            @Nullable SealedText title)
            implements Body {}
}

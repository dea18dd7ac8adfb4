package dev.parley.audit.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.schemas.frame.ServerFrame.AnswerResult;
import dev.parley.schemas.frame.ServerFrame.LimitState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message and what became of it.
 *
 * @param ordinal of its first link; turns stand in this order
 * @param parentId the message that it follows on its branch
 * @param regenerates the message whose answer was asked for again; {@code text} is that one's
 * @param siblings every message that follows the same parent, this one among them, when there are
 *     several
 * @param status running, done, stopped, failed or refused
 * @param text what the user sent; null when it cannot be read, and then {@code textState} says why
 * @param textState erased, key_missing or damaged
 * @param answer the answer, or what of it was shown before it failed
 * @param result of an answer that ended well, with the fields of the frame {@code done}
 * @param code of a failure or refusal
 * @param approvals words on its tool calls
 */
public record TurnView(
        String messageId,
        @Nullable String clientMsgId,
        long ordinal,
        @Nullable String parentId,
        @Nullable String regenerates,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> siblings,
        Instant at,
        @Nullable String entrance,
        @Nullable String model,
        String status,
        @Nullable String text,
        @Nullable String textState,
        @Nullable String answer,
        @Nullable AnswerResult result,
        @Nullable String code,
        @Nullable String error,
        @Nullable LimitState limit,
        @Nullable Long retryAfterS,
        @Nullable Timing timing,
        List<ToolCallView> toolCalls,
        @Nullable Usage usage,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ApprovalView> approvals) {

    /** When the answer was made, and by which worker. */
    public record Timing(
            @Nullable Instant startedAt,
            @Nullable Instant firstTokenAt,
            Instant endedAt,
            @Nullable String worker) {}

    /**
     * A tool's call.
     *
     * @param arguments what the model gave it; null when it cannot be read
     * @param text what the tool answered
     */
    public record ToolCallView(
            String callId,
            String server,
            String tool,
            Instant at,
            @Nullable JsonNode arguments,
            String status,
            long durationMs,
            @Nullable String text,
            @Nullable String textState) {}

    /**
     * A word on a tool's call, in the order of the record.
     *
     * @param decision approved, denied or expired
     * @param decidedBy null when nobody decided in time
     */
    public record ApprovalView(
            String callId,
            String server,
            String tool,
            String decision,
            @Nullable String decidedBy,
            Instant decidedAt) {}

    /** What was charged. */
    public record Usage(
            long tokensInput,
            long tokensOutput,
            long tokensCached,
            boolean estimated,
            @Nullable BigDecimal cost) {

        static final Usage NONE = new Usage(0, 0, 0, false, null);

        Usage plus(Usage other) {
            return new Usage(
                    tokensInput + other.tokensInput,
                    tokensOutput + other.tokensOutput,
                    tokensCached + other.tokensCached,
                    estimated || other.estimated,
                    cost == null ? other.cost : other.cost == null ? cost : cost.add(other.cost));
        }
    }
}

package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A turn with its texts open; they are sealed outside, since sealing needs chance. One record for
 * each body of {@code TurnRecord}.
 */
public sealed interface TurnDraft {

    String messageId();

    /** An admitted message; {@code text} null when it asks for another answer to an older one. */
    record Asked(
            String messageId,
            @Nullable String parentId,
            @Nullable String regenerates,
            @Nullable String clientMsgId,
            @Nullable String text,
            @Nullable String model,
            String entrance,
            Instant receivedAt)
            implements TurnDraft {}

    record Answered(ResultEvent.AnswerCompleted completed, @Nullable BigDecimal cost)
            implements TurnDraft {
        @Override
        public String messageId() {
            return completed.messageId();
        }
    }

    record ToolCalled(ResultEvent.ToolCallFinished call) implements TurnDraft {
        @Override
        public String messageId() {
            return call.messageId();
        }
    }

    record Refused(
            String messageId,
            @Nullable String clientMsgId,
            ErrorCode code,
            String error,
            ServerFrame.@Nullable LimitState limit,
            @Nullable Long retryAfterS,
            @Nullable String text,
            @Nullable String model,
            String entrance,
            Instant receivedAt)
            implements TurnDraft {}

    record Failed(
            String messageId,
            ErrorCode code,
            String error,
            String partial,
            @Nullable String model,
            TokenUsage usage,
            int attempt,
            Instant endedAt)
            implements TurnDraft {}

    record Charged(
            String messageId,
            TokenUsage usage,
            @Nullable BigDecimal cost,
            long reserved,
            Instant requestedAt)
            implements TurnDraft {}

    /** A person's word on a tool call, or its absence. */
    record Decided(
            String messageId,
            String callId,
            String server,
            String tool,
            String decision,
            @Nullable String decidedBy,
            Instant decidedAt)
            implements TurnDraft {}

    /** A message that was written elsewhere; {@code title} comes with a conversation's first. */
    record Imported(RequestEvent.ImportedMessage message, String source, @Nullable String title)
            implements TurnDraft {
        @Override
        public String messageId() {
            return message.messageId();
        }
    }
}

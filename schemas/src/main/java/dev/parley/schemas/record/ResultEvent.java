package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.frame.ErrorCode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What became of a job; topic {@code parley.results}, key user id. The first terminal of a message
 * wins.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ResultEvent.AttemptStarted.class, name = "attempt_started"),
    @JsonSubTypes.Type(value = ResultEvent.ToolCallFinished.class, name = "tool_call_finished"),
    @JsonSubTypes.Type(value = ResultEvent.AnswerCompleted.class, name = "answer_completed"),
    @JsonSubTypes.Type(value = ResultEvent.AnswerParked.class, name = "answer_parked"),
    @JsonSubTypes.Type(value = ResultEvent.GuardReported.class, name = "guard_reported"),
    @JsonSubTypes.Type(value = ResultEvent.AnswerFailed.class, name = "answer_failed")
})
public sealed interface ResultEvent extends PipelineEvent {

    String messageId();

    String userId();

    /** From 1. */
    int attempt();

    record AttemptStarted(String messageId, String userId, int attempt, String worker, Instant at)
            implements ResultEvent {}

    /** {@code status} is one of ok, error, denied, timeout. */
    record ToolCallFinished(
            String messageId,
            String userId,
            int attempt,
            String callId,
            String server,
            String tool,
            JsonNode arguments,
            String status,
            long durationMs,
            String text,
            Instant at)
            implements ResultEvent {}

    /**
     * Tool calls of the answer need a person's approval. The job is over; the answer goes on with
     * another one once each call is decided.
     */
    record AnswerParked(
            String messageId,
            String userId,
            int attempt,
            ParkedAnswer parked,
            Instant at,
            String worker)
            implements ResultEvent {}

    /**
     * The guard found something.
     *
     * @param stage prompt or answer
     * @param verdict warn or block
     * @param rule name of the rule that matched
     */
    record GuardReported(
            String messageId,
            String userId,
            int attempt,
            String stage,
            String verdict,
            String rule,
            Instant at)
            implements ResultEvent {}

    /**
     * The provider said that it finished, or the answer was stopped.
     *
     * @param finishReason stop, length or stopped
     * @param firstTokenAt null when no token came
     */
    record AnswerCompleted(
            String messageId,
            String userId,
            int attempt,
            String answer,
            String finishReason,
            String model,
            TokenUsage usage,
            int toolCalls,
            List<String> toolsUsed,
            int iterations,
            Instant startedAt,
            @Nullable Instant firstTokenAt,
            Instant endedAt,
            String worker)
            implements ResultEvent {

        public AnswerCompleted {
            toolsUsed = toolsUsed == null ? List.of() : List.copyOf(toolsUsed);
        }
    }

    /**
     * The answer ended without the provider's word that it finished.
     *
     * @param error for a person; safe to show
     * @param partialAnswer what was published to the lane; empty when nothing was
     */
    record AnswerFailed(
            String messageId,
            String userId,
            int attempt,
            ErrorCode code,
            String error,
            @Nullable Long retryAfterS,
            String partialAnswer,
            String model,
            TokenUsage usage,
            Instant startedAt,
            @Nullable Instant firstTokenAt,
            Instant endedAt,
            String worker)
            implements ResultEvent {}
}

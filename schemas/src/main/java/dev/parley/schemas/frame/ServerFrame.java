package dev.parley.schemas.frame;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A frame to a client. The cursor of a frame is appended by the gateway, since it is a position in
 * the log.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ServerFrame.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ServerFrame.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = ServerFrame.Token.class, name = "token"),
    @JsonSubTypes.Type(value = ServerFrame.ToolCall.class, name = "tool_call"),
    @JsonSubTypes.Type(value = ServerFrame.ToolResult.class, name = "tool_result"),
    @JsonSubTypes.Type(value = ServerFrame.Approval.class, name = "approval"),
    @JsonSubTypes.Type(value = ServerFrame.Restart.class, name = "restart"),
    @JsonSubTypes.Type(value = ServerFrame.Done.class, name = "done"),
    @JsonSubTypes.Type(value = ServerFrame.Failure.class, name = "error"),
    @JsonSubTypes.Type(value = ServerFrame.Blocked.class, name = "blocked"),
    @JsonSubTypes.Type(value = ServerFrame.Warning.class, name = "warning"),
    @JsonSubTypes.Type(value = ServerFrame.AuthExpiring.class, name = "auth_expiring"),
    @JsonSubTypes.Type(value = ServerFrame.Closing.class, name = "closing"),
    @JsonSubTypes.Type(value = ServerFrame.Pong.class, name = "pong")
})
public sealed interface ServerFrame {

    /** Who the server takes the client for. */
    record User(String id, @Nullable String name, String role) {}

    /** The first frame of a connection. */
    record Welcome(
            String text,
            String sessionId,
            String conversationId,
            User user,
            @Nullable Usage usage,
            List<String> models,
            @Nullable String cursor,
            boolean resumed,
            int heartbeatS,
            @Nullable Instant tokenExpiresAt)
            implements ServerFrame {}

    /** The message is in the log, acknowledged by the broker with acks=all. */
    record Accepted(@Nullable String clientMsgId, String messageId, String conversationId)
            implements ServerFrame {}

    /** A piece of the answer; {@code seq} counts frames of the answer from 0. */
    record Token(String messageId, long seq, String text) implements ServerFrame {}

    record ToolCall(String messageId, String callId, String server, String tool, JsonNode arguments)
            implements ServerFrame {}

    /** {@code status} is one of ok, error, denied, timeout. */
    record ToolResult(String messageId, String callId, String status, long durationMs, String text)
            implements ServerFrame {}

    record Approval(
            String messageId,
            String callId,
            String server,
            String tool,
            JsonNode arguments,
            Instant expiresAt)
            implements ServerFrame {}

    /** A worker was lost; {@code keep} characters (UTF-16 units) of the text so far stand. */
    record Restart(String messageId, int attempt, int keep) implements ServerFrame {}

    record Done(String messageId, AnswerResult result, @Nullable Usage usage)
            implements ServerFrame {}

    /** An error; with a {@code messageId} it is that message's terminal. */
    record Failure(
            @Nullable String messageId,
            @Nullable String clientMsgId,
            String error,
            ErrorCode code,
            boolean retryable,
            @Nullable Long retryAfterS,
            @Nullable Boolean partial,
            @Nullable LimitState limit)
            implements ServerFrame {

        /** An error that belongs to no message. */
        public static Failure of(ErrorCode code, String error) {
            return new Failure(null, null, error, code, code.retryable(), null, null, null);
        }
    }

    record Blocked(String message) implements ServerFrame {}

    record Warning(String message, @Nullable String messageId) implements ServerFrame {}

    record AuthExpiring(Instant expiresAt) implements ServerFrame {}

    record Closing(String reason, long reconnectAfterMs) implements ServerFrame {}

    record Pong() implements ServerFrame {}

    /**
     * How an answer ended.
     *
     * @param finishReason stop, length or stopped
     * @param cost in the currency of the model prices; absent without a price
     * @param toolsUsed names as {@code server__tool}, each once, in order of first use
     */
    record AnswerResult(
            String answer,
            String finishReason,
            String model,
            long tokensInput,
            long tokensOutput,
            long tokensCached,
            @Nullable BigDecimal cost,
            int toolCalls,
            List<String> toolsUsed,
            int iterations,
            int attempt) {}

    /**
     * The limit that refused, or one line of a usage report.
     *
     * @param left {@code max} less {@code used}, not below 0; in a usage report
     * @param scope whose limit it is when it is not the user's own: {@code team/blue}, {@code
     *     model/gpt-*}
     */
    record LimitState(
            String name,
            BigDecimal used,
            BigDecimal max,
            @Nullable Instant resetsAt,
            @Nullable BigDecimal left,
            @Nullable String scope) {

        /** A limit of the user's own that refused. */
        public LimitState(
                String name, BigDecimal used, BigDecimal max, @Nullable Instant resetsAt) {
            this(name, used, max, resetsAt, null, null);
        }
    }

    /**
     * What is used and left, of every limit that applies, the strictest first.
     *
     * @param waitingMessages that wait for a running answer to end
     */
    record Usage(List<LimitState> limits, int runningAnswers, @Nullable Integer waitingMessages) {

        /** Where nothing waits. */
        public Usage(List<LimitState> limits, int runningAnswers) {
            this(limits, runningAnswers, null);
        }
    }
}

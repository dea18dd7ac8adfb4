package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user wants; topic {@code parley.requests}, key user id. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RequestEvent.MessageSubmitted.class, name = "message_submitted"),
    @JsonSubTypes.Type(value = RequestEvent.StopRequested.class, name = "stop_requested"),
    @JsonSubTypes.Type(value = RequestEvent.ApprovalGiven.class, name = "approval_given"),
    @JsonSubTypes.Type(
            value = RequestEvent.RegenerateRequested.class,
            name = "regenerate_requested"),
    @JsonSubTypes.Type(value = RequestEvent.EditRequested.class, name = "edit_requested")
})
public sealed interface RequestEvent extends PipelineEvent {

    Caller caller();

    ReplyTo replyTo();

    /** When the gateway had read the whole frame. */
    Instant receivedAt();

    /**
     * A message to answer.
     *
     * @param messageId {@code MessageIds.of(user, clientMsgId)}
     * @param conversationId the one to continue
     * @param homeConversationId the connection's own, minted by the gateway: it may be new; any
     *     other must exist and be the caller's
     * @param context earlier messages that the client sent along (the OpenAI-compatible entrance);
     *     null: take the conversation's own
     * @param entrance ws, sse or openai
     */
    record MessageSubmitted(
            String messageId,
            @Nullable String clientMsgId,
            String conversationId,
            String homeConversationId,
            String text,
            @Nullable String model,
            @Nullable Integer maxTokens,
            @Nullable Double temperature,
            @Nullable List<ChatMessage> context,
            String entrance,
            Caller caller,
            ReplyTo replyTo,
            Instant receivedAt)
            implements RequestEvent {}

    record StopRequested(String messageId, Caller caller, ReplyTo replyTo, Instant receivedAt)
            implements RequestEvent {}

    record ApprovalGiven(
            String callId, boolean approved, Caller caller, ReplyTo replyTo, Instant receivedAt)
            implements RequestEvent {}

    /**
     * Answer a user message again.
     *
     * @param messageId of the new answer, minted by the gateway
     * @param targetMessageId the user message to answer
     */
    record RegenerateRequested(
            String messageId,
            String targetMessageId,
            String homeConversationId,
            Caller caller,
            ReplyTo replyTo,
            Instant receivedAt)
            implements RequestEvent {}

    /**
     * A sibling of a user message, with another text.
     *
     * @param messageId of the new message, minted by the gateway
     * @param targetMessageId the user message that it stands beside
     */
    record EditRequested(
            String messageId,
            String targetMessageId,
            String text,
            String homeConversationId,
            Caller caller,
            ReplyTo replyTo,
            Instant receivedAt)
            implements RequestEvent {}
}

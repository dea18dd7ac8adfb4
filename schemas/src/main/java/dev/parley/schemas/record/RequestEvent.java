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
    @JsonSubTypes.Type(value = RequestEvent.EditRequested.class, name = "edit_requested"),
    @JsonSubTypes.Type(value = RequestEvent.ErasureRequested.class, name = "erasure_requested"),
    @JsonSubTypes.Type(value = RequestEvent.ImportRequested.class, name = "import_requested")
})
public sealed interface RequestEvent extends PipelineEvent {

    Caller caller();

    /** Where refusals and answers go; null when nobody listens on a lane. */
    @Nullable ReplyTo replyTo();

    /** When the gateway had read the whole frame. */
    Instant receivedAt();

    /** What asks for an answer; somebody always listens for it. */
    sealed interface Question extends RequestEvent
            permits MessageSubmitted, RegenerateRequested, EditRequested {

        /** Of the answer that is asked for. */
        String messageId();

        String homeConversationId();

        @Override
        ReplyTo replyTo();
    }

    /**
     * A message to answer.
     *
     * @param messageId {@code MessageIds.of(user, clientMsgId)}
     * @param conversationId the one to continue
     * @param homeConversationId the connection's own, minted by the gateway: it may be new; any
     *     other must exist and be the caller's
     * @param context earlier messages that the client sent along (the OpenAI-compatible entrance);
     *     null: take the conversation's own
     * @param entrance ws, sse, openai or rerun
     * @param rerun set when an auditor runs a recorded conversation again
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
            Instant receivedAt,
            @Nullable Rerun rerun)
            implements Question {

        /** A message of a person. */
        public MessageSubmitted(
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
                Instant receivedAt) {
            this(
                    messageId,
                    clientMsgId,
                    conversationId,
                    homeConversationId,
                    text,
                    model,
                    maxTokens,
                    temperature,
                    context,
                    entrance,
                    caller,
                    replyTo,
                    receivedAt,
                    null);
        }
    }

    /**
     * Where a message that is run again comes from.
     *
     * @param conversationId the recorded one; the new one is derived from it
     * @param messageId the recorded message
     * @param tools results that the record has, served in place of calling tools
     * @param key of the person whose words they are: every text of the derived conversation is
     *     sealed with it
     */
    record Rerun(
            String replayId,
            String conversationId,
            String messageId,
            List<RecordedTool> tools,
            @Nullable PersonKey key) {
        public Rerun {
            tools = tools == null ? List.of() : List.copyOf(tools);
        }
    }

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
            implements Question {}

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
            implements Question {}

    /**
     * Forget a person: the data key and all state of {@code userId}. The record's key is that
     * user's id.
     *
     * @param caller the auditor or administrator who asked
     */
    record ErasureRequested(
            String erasureId,
            String userId,
            Caller caller,
            @Nullable ReplyTo replyTo,
            Instant receivedAt)
            implements RequestEvent {}

    /**
     * A conversation that was held elsewhere becomes one of {@code userId}. The record's key is
     * that user's id.
     *
     * @param source the system that it was exported from, for example chatgpt
     * @param messages parents before children
     */
    record ImportRequested(
            String importId,
            String conversationId,
            String userId,
            @Nullable String title,
            String source,
            List<ImportedMessage> messages,
            Caller caller,
            @Nullable ReplyTo replyTo,
            Instant receivedAt)
            implements RequestEvent {
        public ImportRequested {
            messages = messages == null ? List.of() : List.copyOf(messages);
        }
    }

    /** {@code role} is user or assistant; {@code at} when it was written there. */
    record ImportedMessage(
            String messageId,
            @Nullable String parentId,
            String role,
            String text,
            @Nullable String model,
            Instant at) {}
}

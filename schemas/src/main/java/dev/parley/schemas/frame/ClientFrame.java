package dev.parley.schemas.frame;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** A frame from a client, already checked by {@link ClientFrameReader}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ClientFrame.Message.class, name = "message"),
    @JsonSubTypes.Type(value = ClientFrame.Stop.class, name = "stop"),
    @JsonSubTypes.Type(value = ClientFrame.Approve.class, name = "approve"),
    @JsonSubTypes.Type(value = ClientFrame.Regenerate.class, name = "regenerate"),
    @JsonSubTypes.Type(value = ClientFrame.Edit.class, name = "edit"),
    @JsonSubTypes.Type(value = ClientFrame.Auth.class, name = "auth"),
    @JsonSubTypes.Type(value = ClientFrame.Ack.class, name = "ack"),
    @JsonSubTypes.Type(value = ClientFrame.Ping.class, name = "ping")
})
public sealed interface ClientFrame {

    /**
     * A user's message.
     *
     * @param text not blank
     * @param clientMsgId the idempotency key of this user, at most 64 characters
     * @param conversationId the connection's when absent
     * @param maxTokens longest answer in tokens, at least 1
     * @param temperature 0 to 2
     */
    record Message(
            String text,
            @Nullable String clientMsgId,
            @Nullable String conversationId,
            @Nullable String model,
            @Nullable Integer maxTokens,
            @Nullable Double temperature)
            implements ClientFrame {}

    /** Ends a running answer. */
    record Stop(String messageId) implements ClientFrame {}

    /** The user's yes or no to a tool call. */
    record Approve(String callId, boolean approved) implements ClientFrame {}

    /** Answers that user message again, as a sibling branch. */
    record Regenerate(String messageId) implements ClientFrame {}

    /** A new sibling of that user message. */
    record Edit(String messageId, String text) implements ClientFrame {}

    /** A fresh token of the same subject. */
    record Auth(String token) implements ClientFrame {}

    /** All up to this cursor was shown. */
    record Ack(String cursor) implements ClientFrame {}

    /** Answered by {@link ServerFrame.Pong}. */
    record Ping() implements ClientFrame {}
}

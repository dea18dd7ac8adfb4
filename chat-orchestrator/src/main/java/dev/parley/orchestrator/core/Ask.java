package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question as all three ways ask it, seen against what is known now: asked again later, it may
 * follow another message.
 *
 * @param conversationId null when it is not this user's
 * @param parentId the branch to go on from
 * @param context the client's own; null: the branch
 * @param recordedTools of a conversation that is run again; null: tools are called
 * @param words key of the person whose recorded words are asked again; null: they are the user's
 */
record Ask(
        RequestEvent.Question request,
        String messageId,
        @Nullable String clientMsgId,
        @Nullable String conversationId,
        String homeConversationId,
        @Nullable String parentId,
        @Nullable String regenerates,
        String text,
        String digest,
        @Nullable String model,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        @Nullable List<ChatMessage> context,
        String entrance,
        @Nullable List<RecordedTool> recordedTools,
        @Nullable PersonKey words) {

    static Ask of(RequestEvent.Question question, Work work) {
        return switch (question) {
            case RequestEvent.MessageSubmitted message -> message(message, work);
            case RequestEvent.RegenerateRequested again -> regenerate(again, work);
            case RequestEvent.EditRequested edit ->
                    beside(
                            edit,
                            work.message(edit.targetMessageId()),
                            null,
                            edit.text(),
                            MessageIds.derive("edit", edit.targetMessageId(), edit.text()));
        };
    }

    /** Whether a recorded question is asked again. */
    boolean isRerun() {
        return recordedTools != null;
    }

    ReplyTo replyTo() {
        return request.replyTo();
    }

    /** Where it is recorded if it is refused: at home when it has no place of its own. */
    String recordedIn() {
        return conversationId == null ? homeConversationId : conversationId;
    }

    private static Ask message(RequestEvent.MessageSubmitted m, Work work) {
        Conversation continued = work.conversation(m.conversationId());
        boolean own = continued != null || m.conversationId().equals(m.homeConversationId());
        return new Ask(
                m,
                m.messageId(),
                m.clientMsgId(),
                own ? m.conversationId() : null,
                m.homeConversationId(),
                continued == null ? null : continued.leaf(),
                null,
                m.text(),
                m.rerun() == null
                        ? MessageIds.derive("text", m.text())
                        : MessageIds.derive("rerun", m.rerun().replayId(), m.rerun().messageId()),
                m.model(),
                m.maxTokens(),
                m.temperature(),
                m.context(),
                m.entrance(),
                m.rerun() == null ? null : m.rerun().tools(),
                m.rerun() == null ? null : m.rerun().key());
    }

    private static Ask regenerate(RequestEvent.RegenerateRequested r, Work work) {
        Message known = work.message(r.targetMessageId());
        // The text of a rerun is not kept, so that it cannot be asked again from here.
        Message target = known == null || known.text().isEmpty() ? null : known;
        String original =
                target == null || target.regenerates() == null
                        ? r.targetMessageId()
                        : target.regenerates();
        return beside(
                r,
                target,
                original,
                target == null ? "" : target.text(),
                MessageIds.derive("regenerate", r.targetMessageId()));
    }

    private static Ask beside(
            RequestEvent.Question request,
            @Nullable Message target,
            @Nullable String regenerates,
            String text,
            String digest) {
        return new Ask(
                request,
                request.messageId(),
                null,
                target == null ? null : target.conversationId(),
                request.homeConversationId(),
                target == null ? null : target.parentId(),
                regenerates,
                text,
                digest,
                target == null ? null : target.model(),
                null,
                null,
                null,
                "ws",
                null,
                null);
    }
}

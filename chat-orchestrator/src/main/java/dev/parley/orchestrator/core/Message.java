package dev.parley.orchestrator.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user's message with what became of it: a node of its conversation's tree, and what makes a
 * repeated message the same message.
 *
 * @param parentId the message that it follows; null at a conversation's start
 * @param regenerates the user message that it answers again
 * @param digest of what was asked; another one under the same id is a conflict
 * @param sessions that have been or will be told, the asking one first
 * @param outcome null while it runs
 * @param model as it was asked for, so that it answers again too; null: none was named
 */
public record Message(
        String id,
        String conversationId,
        @Nullable String parentId,
        @Nullable String regenerates,
        @Nullable String clientMsgId,
        String text,
        String digest,
        List<String> sessions,
        @Nullable Outcome outcome,
        @Nullable String model) {

    public Message {
        sessions = sessions == null ? List.of() : List.copyOf(sessions);
    }

    /** One for which no model was named. */
    public Message(
            String id,
            String conversationId,
            @Nullable String parentId,
            @Nullable String regenerates,
            @Nullable String clientMsgId,
            String text,
            String digest,
            List<String> sessions,
            @Nullable Outcome outcome) {
        this(
                id,
                conversationId,
                parentId,
                regenerates,
                clientMsgId,
                text,
                digest,
                sessions,
                outcome,
                null);
    }

    /**
     * As it was asked for; the text of a rerun is another person's and is asked with its own
     * context, so that it is not kept here.
     *
     * @param before the same one when it has waited; its sessions stay
     */
    static Message of(
            Ask ask, String conversationId, @Nullable Message before, @Nullable Outcome outcome) {
        return new Message(
                ask.messageId(),
                conversationId,
                ask.parentId(),
                ask.regenerates(),
                ask.clientMsgId(),
                ask.isRerun() ? "" : ask.text(),
                ask.digest(),
                before == null ? List.of(ask.replyTo().sessionId()) : before.sessions(),
                outcome,
                ask.model());
    }

    Message ended(Outcome how) {
        return new Message(
                id,
                conversationId,
                parentId,
                regenerates,
                clientMsgId,
                text,
                digest,
                sessions,
                how,
                model);
    }

    Message toldTo(String session, int sessionsMax) {
        List<String> all = new ArrayList<>(sessions);
        if (all.size() >= sessionsMax) {
            all.remove(Math.min(1, all.size() - 1));
        }
        all.add(session);
        return new Message(
                id,
                conversationId,
                parentId,
                regenerates,
                clientMsgId,
                text,
                digest,
                all,
                outcome,
                model);
    }
}

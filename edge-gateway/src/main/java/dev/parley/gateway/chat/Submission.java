package dev.parley.gateway.chat;

import dev.parley.gateway.log.SessionLogEntry.Pending;
import org.jspecify.annotations.Nullable;

/** A message of this session, from its submission on. Guarded by its session. */
final class Submission {

    final long number;

    /** Records before this offset of the lane are of an earlier submission; 0: there was none. */
    final long since;

    final String messageId;
    final @Nullable String clientMsgId;
    final String conversationId;

    /** Of the text, to notice the same id with another one; 0: not known here. */
    final int textHash;

    boolean accepted;
    boolean ended;

    /** Of a message that is submitted now. */
    Submission(long number, long since, Draft draft) {
        this.number = number;
        this.since = since;
        this.messageId = draft.messageId();
        this.clientMsgId = draft.clientMsgId();
        this.conversationId = draft.conversationId();
        this.textHash = draft.textHash();
    }

    /** Of a message of a connection before. */
    Submission(Pending recorded) {
        this.number = recorded.number();
        this.since = recorded.since();
        this.messageId = recorded.messageId();
        this.clientMsgId = recorded.clientMsgId();
        this.conversationId = recorded.conversationId();
        this.textHash = 0;
    }
}

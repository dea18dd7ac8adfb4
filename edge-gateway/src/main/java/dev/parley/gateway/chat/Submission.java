package dev.parley.gateway.chat;

import org.jspecify.annotations.Nullable;

/** A message of this session, from its submission on. Guarded by its session. */
final class Submission {

    final long number;
    final String messageId;
    final @Nullable String clientMsgId;
    final String conversationId;

    /** Of the text, to notice the same id with another one; 0: not known here. */
    final int textHash;

    boolean accepted;
    boolean ended;

    Submission(
            long number,
            String messageId,
            @Nullable String clientMsgId,
            String conversationId,
            int textHash) {
        this.number = number;
        this.messageId = messageId;
        this.clientMsgId = clientMsgId;
        this.conversationId = conversationId;
        this.textHash = textHash;
    }
}

package dev.parley.gateway.chat;

import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import org.jspecify.annotations.Nullable;

/**
 * A message to publish.
 *
 * @param textHash of the text, to notice the same id with another one; 0: not to be compared
 */
record Draft(
        String messageId,
        @Nullable String clientMsgId,
        String conversationId,
        int textHash,
        RequestOf request) {

    /** What is published, once the lane is known. */
    @FunctionalInterface
    interface RequestOf {
        RequestEvent to(ReplyTo replyTo);
    }
}

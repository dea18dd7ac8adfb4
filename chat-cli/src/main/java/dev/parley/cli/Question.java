package dev.parley.cli;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The message that is under way. The {@code clientMsgId} makes every repetition of it the same
 * message.
 */
final class Question {

    private final String text;
    private final String clientMsgId = UUID.randomUUID().toString();
    private final StringBuilder answer = new StringBuilder();
    private @Nullable String messageId;
    private boolean stopping;

    Question(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    String clientMsgId() {
        return clientMsgId;
    }

    @Nullable String messageId() {
        return messageId;
    }

    boolean accepted() {
        return messageId != null;
    }

    void accepted(String id) {
        messageId = id;
    }

    /** Forgets what was seen of it: it is asked again in another session. */
    void again() {
        messageId = null;
        answer.setLength(0);
    }

    boolean is(@Nullable String otherMessageId, @Nullable String otherClientMsgId) {
        return (messageId != null && messageId.equals(otherMessageId))
                || clientMsgId.equals(otherClientMsgId);
    }

    boolean is(String otherMessageId) {
        return is(otherMessageId, null);
    }

    void append(String piece) {
        answer.append(piece);
    }

    /** Cuts the answer to its first {@code keep} UTF-16 units and returns them. */
    String keep(int keep) {
        answer.setLength(Math.clamp(keep, 0, answer.length()));
        return answer.toString();
    }

    boolean hasText() {
        return !answer.isEmpty();
    }

    boolean stopping() {
        return stopping;
    }

    void stop() {
        stopping = true;
    }
}

package dev.parley.worker.provider;

import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import java.util.List;

/**
 * Usage where no provider counted it: a token for every four UTF-16 units, the rule of thumb that
 * OpenAI gives for English text, and four more for each message's frame.
 */
public final class TokenEstimate {

    private static final int CHARS_PER_TOKEN = 4;
    private static final int TOKENS_PER_MESSAGE = 4;

    private TokenEstimate() {}

    public static long of(CharSequence text) {
        return (text.length() + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
    }

    public static long ofInput(List<ChatMessage> messages) {
        long tokens = 0;
        for (ChatMessage message : messages) {
            tokens += TOKENS_PER_MESSAGE + of(message.content());
        }
        return tokens;
    }

    /** Both sides, marked as an estimate. */
    public static TokenUsage of(List<ChatMessage> messages, CharSequence answer) {
        return new TokenUsage(ofInput(messages), of(answer), 0, true);
    }
}

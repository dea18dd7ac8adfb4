package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the model is given of a conversation: the newest turns of the branch that ends at a message,
 * as many as the settings allow; a turn is taken whole or not at all. What was refused, failed or
 * still runs is passed over; a stopped answer counts with the text that was shown.
 */
final class BranchContext {

    private static final int CHARS_PER_TOKEN = 4;

    private BranchContext() {}

    static List<ChatMessage> of(
            @Nullable String leaf,
            Function<String, @Nullable Message> messages,
            DeciderSettings.Context settings) {
        List<ChatMessage> newestFirst = new ArrayList<>();
        int turns = 0;
        int chars = 0;
        Message at = leaf == null ? null : messages.apply(leaf);
        while (at != null && turns < settings.turnsMax()) {
            ServerFrame.AnswerResult result = at.outcome() == null ? null : at.outcome().result();
            if (result != null && !result.answer().isEmpty()) {
                chars += at.text().length() + result.answer().length();
                if (chars > settings.charsMax()) {
                    break;
                }
                newestFirst.add(new ChatMessage("assistant", result.answer()));
                newestFirst.add(new ChatMessage("user", at.text()));
                turns++;
            }
            at = at.parentId() == null ? null : messages.apply(at.parentId());
        }
        if (settings.systemPrompt() != null) {
            newestFirst.add(new ChatMessage("system", settings.systemPrompt()));
        }
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    /** Four characters a token, rounded up, at least one: the usual estimate for English text. */
    static long tokens(List<ChatMessage> messages) {
        long chars = 0;
        for (ChatMessage message : messages) {
            chars += message.content().length();
        }
        return Math.max(1, Math.ceilDiv(chars, CHARS_PER_TOKEN));
    }
}

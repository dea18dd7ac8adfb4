package dev.parley.worker.context;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelNames;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ProviderException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits a conversation into a model's window. What is kept: instructions (system messages), and from
 * the user's newest message on everything. Of the turns between them the newest are kept, each
 * whole: a user's message with all that answered it.
 */
public final class ContextWindow {

    private final ContextSettings settings;
    private final TokenCounter counter;

    public ContextWindow(ContextSettings settings, TokenCounter counter) {
        this.settings = settings;
        this.counter = counter;
    }

    /**
     * What the model is given.
     *
     * @param leftOut messages that did not fit
     */
    public record Fitted(List<ChatMessage> messages, int leftOut) {
        public Fitted {
            messages = List.copyOf(messages);
        }
    }

    /**
     * As much of the conversation as fits beside the tools and the longest answer.
     *
     * @param newest index of the user's newest message
     * @param answerTokens null: as long as the model likes
     * @throws ProviderException message_too_long when what must be kept does not fit alone
     */
    public Fitted fit(
            String model,
            List<ChatMessage> messages,
            int newest,
            List<ModelTool> tools,
            @Nullable Integer answerTokens)
            throws ProviderException {
        ContextSettings.Window window = windowOf(model);
        long room = window.tokens() - (answerTokens == null ? 0 : answerTokens);
        if (window.tokens() == 0 || fitsSurely(messages, tools, room)) {
            return new Fitted(messages, 0);
        }
        long[] sizes = new long[messages.size()];
        for (ModelTool tool : tools) {
            room -= counter.count(model, window.encoding(), tool);
        }
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = counter.count(model, window.encoding(), messages.get(i));
            if (i >= newest || isInstruction(messages.get(i))) {
                room -= sizes[i];
            }
        }
        if (room < 0) {
            throw ProviderException.refused(
                    ErrorCode.MESSAGE_TOO_LONG,
                    "The message is longer than the model can read: %d tokens fit."
                            .formatted(window.tokens()));
        }
        return kept(messages, newest, firstKept(messages, newest, sizes, room));
    }

    /** Usage where the provider reported none. */
    public TokenUsage usage(String model, List<ChatMessage> messages, String answer) {
        return counter.usage(model, windowOf(model).encoding(), messages, answer);
    }

    /** A token is at least a byte of UTF-8, of which a UTF-16 unit has three at most. */
    private static boolean fitsSurely(
            List<ChatMessage> messages, List<ModelTool> tools, long room) {
        if (!tools.isEmpty()) {
            return false;
        }
        long bytes = 0;
        for (ChatMessage message : messages) {
            if (message.toolCalls() != null) {
                return false;
            }
            bytes += 16 + 3L * message.content().length();
        }
        return bytes <= room;
    }

    /** Where the newest turns that fit begin. */
    private static int firstKept(List<ChatMessage> messages, int newest, long[] sizes, long room) {
        int first = newest;
        long left = room;
        int turnEnd = newest;
        long turn = 0;
        for (int i = newest - 1; i >= 0; i--) {
            if (isInstruction(messages.get(i))) {
                continue;
            }
            turn += sizes[i];
            if (turn > left) {
                return first;
            }
            if (messages.get(i).role().equals("user")) {
                left -= turn;
                turn = 0;
                first = i;
                turnEnd = i;
            }
        }
        // What stands before the first message of a user, if it fits.
        return turn > 0 && turnEnd > 0 ? 0 : first;
    }

    private static Fitted kept(List<ChatMessage> messages, int newest, int first) {
        List<ChatMessage> kept = new ArrayList<>();
        int leftOut = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (i >= Math.min(first, newest) || isInstruction(messages.get(i))) {
                kept.add(messages.get(i));
            } else {
                leftOut++;
            }
        }
        return new Fitted(kept, leftOut);
    }

    private static boolean isInstruction(ChatMessage message) {
        return message.role().equals("system") || message.role().equals("developer");
    }

    private ContextSettings.Window windowOf(String model) {
        ContextSettings.Window best = null;
        int exactness = -1;
        for (ContextSettings.Window window : settings.models()) {
            int its = ModelNames.exactness(List.of(window.model()), model);
            if (its > exactness) {
                best = window;
                exactness = its;
            }
        }
        return best == null ? new ContextSettings.Window(model, settings.tokens(), null) : best;
    }
}

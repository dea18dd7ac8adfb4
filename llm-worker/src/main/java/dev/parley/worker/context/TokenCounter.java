package dev.parley.worker.context;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.TokenEstimate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts tokens as the model would. Encodings are loaded with their first use, which takes some
 * hundred milliseconds and some ten MB each; models without a known one are estimated by {@link
 * TokenEstimate}.
 */
public final class TokenCounter {

    /** By OpenAI's cookbook: what a message costs beside its text. */
    private static final int TOKENS_PER_MESSAGE = 4;

    private static final String CHARS = "chars";

    /** Families that are newer than the library's own list. */
    private static final Map<String, EncodingType> FAMILIES =
            Map.of(
                    "gpt-5", EncodingType.O200K_BASE,
                    "gpt-4.1", EncodingType.O200K_BASE,
                    "gpt-4.5", EncodingType.O200K_BASE,
                    "gpt-4o", EncodingType.O200K_BASE,
                    "gpt-oss", EncodingType.O200K_BASE,
                    "o1", EncodingType.O200K_BASE,
                    "o3", EncodingType.O200K_BASE,
                    "o4", EncodingType.O200K_BASE);

    private final EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
    private final Map<String, Optional<Encoding>> ofModels = new ConcurrentHashMap<>();

    /**
     * @param encoding its configured name; null: by the model's
     */
    public long count(String model, @Nullable String encoding, String text) {
        return encodingOf(model, encoding)
                .map(known -> (long) known.countTokensOrdinary(text))
                .orElseGet(() -> TokenEstimate.of(text));
    }

    long count(String model, @Nullable String encoding, ChatMessage message) {
        long tokens = TOKENS_PER_MESSAGE + count(model, encoding, message.content());
        List<ToolUse> uses = message.toolCalls() == null ? List.of() : message.toolCalls();
        for (ToolUse use : uses) {
            tokens += count(model, encoding, use.tool() + use.arguments());
        }
        return tokens;
    }

    long count(String model, @Nullable String encoding, ModelTool tool) {
        return count(
                model, encoding, tool.name() + " " + tool.description() + " " + tool.inputSchema());
    }

    /** What was used, where the provider did not say; marked as an estimate. */
    public TokenUsage usage(
            String model, @Nullable String encoding, List<ChatMessage> messages, String answer) {
        long input = 0;
        for (ChatMessage message : messages) {
            input += count(model, encoding, message);
        }
        return new TokenUsage(input, count(model, encoding, answer), 0, true);
    }

    private Optional<Encoding> encodingOf(String model, @Nullable String configured) {
        String key = configured == null ? model : configured;
        // A model's name comes from clients: the memory of them is bounded.
        if (ofModels.size() > 1_000) {
            ofModels.clear();
        }
        return ofModels.computeIfAbsent(
                key, k -> configured == null ? byModel(model) : byName(configured));
    }

    private Optional<Encoding> byName(String name) {
        return name.equals(CHARS) ? Optional.empty() : registry.getEncoding(name);
    }

    private Optional<Encoding> byModel(String model) {
        String plain = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        for (Map.Entry<String, EncodingType> family : FAMILIES.entrySet()) {
            String prefix = family.getKey();
            if (plain.equals(prefix) || plain.startsWith(prefix + "-")) {
                return Optional.of(registry.getEncoding(family.getValue()));
            }
        }
        return plain.startsWith("gpt-") ? registry.getEncodingForModel(plain) : Optional.empty();
    }
}

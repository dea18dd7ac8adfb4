package dev.parley.worker.provider;

import dev.parley.schemas.record.ChatMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model.
 *
 * @param messages the context and, last, the user's message
 * @param deadline no stream goes on after it
 */
public record ModelRequest(
        String model,
        List<ChatMessage> messages,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        Instant deadline) {}

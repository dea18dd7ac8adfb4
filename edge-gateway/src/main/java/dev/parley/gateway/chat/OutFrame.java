package dev.parley.gateway.chat;

import org.jspecify.annotations.Nullable;

/**
 * A frame as the client gets it.
 *
 * @param kind its type
 * @param messageId the answer it belongs to; null: none
 * @param json the whole frame, with its cursor
 * @param cursor null: nothing can be resumed from it
 */
public record OutFrame(
        String kind, @Nullable String messageId, String json, @Nullable String cursor) {}

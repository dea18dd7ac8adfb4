package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a chain is checked by.
 *
 * @param hash as it stands in the link
 * @param selfConsistent whether that is the hash that the link has
 */
public record LinkFacts(
        String conversationId, long ordinal, String prevHash, String hash, boolean selfConsistent) {

    /** Of a link's JSON; null when it is none. */
    public static @Nullable LinkFacts of(byte[] json) {
        try {
            return of(Json.tree(json));
        } catch (UnreadableRecordException e) {
            return null;
        }
    }

    static @Nullable LinkFacts of(@Nullable JsonNode link) {
        if (link == null || !link.isObject()) {
            return null;
        }
        String hash = link.path("hash").asString("");
        return new LinkFacts(
                link.path("conversation_id").asString(""),
                link.path("ordinal").isIntegralNumber() ? link.path("ordinal").asLong(-1) : -1,
                link.path("prev_hash").asString(""),
                hash,
                hash.equals(computed(link)));
    }

    private static String computed(JsonNode link) {
        try {
            return ConversationChain.hash(link);
        } catch (IllegalArgumentException e) {
            return "a number that cannot be hashed";
        }
    }
}

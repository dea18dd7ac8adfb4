package dev.parley.audit.proof;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.chain.ConversationChain;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Follows the chain of the policy's changes, which is hashed as a conversation's links are. */
final class PolicyWalk {

    private long nextOrdinal;
    private String lastHash = ConversationChain.GENESIS;

    /** Goes on by one change; what is wrong with it, or null. */
    @Nullable String accept(String json, String storedHash) {
        JsonNode change;
        try {
            change = Json.tree(json.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return "unreadable";
        }
        String hash = change.path("hash").asString("");
        long ordinal = change.path("ordinal").asLong(-1);
        if (!hash.equals(storedHash) || !hash.equals(computed(change))) {
            return "changed";
        }
        if (ordinal != nextOrdinal) {
            return ordinal < nextOrdinal ? "forked" : "missing";
        }
        if (!change.path("prev_hash").asString("").equals(lastHash)) {
            return "misplaced";
        }
        nextOrdinal++;
        lastHash = hash;
        return null;
    }

    private static String computed(JsonNode change) {
        try {
            return ConversationChain.hash(change);
        } catch (IllegalArgumentException e) {
            return "a number that cannot be hashed";
        }
    }

    long nextOrdinal() {
        return nextOrdinal;
    }

    String lastHash() {
        return lastHash;
    }
}

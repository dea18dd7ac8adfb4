package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The hash chain of one conversation: {@code hash} = SHA-256 over the canonical JSON of the record
 * without its {@code hash}; the record names the hash before it. Whoever changes, drops, adds or
 * reorders a link breaks the chain there.
 */
public final class ConversationChain {

    /** What the first link names as the hash before it: 64 zeros. */
    public static final String GENESIS = "0".repeat(64);

    private ConversationChain() {}

    /** Where a chain stands: the next link's ordinal and the last link's hash. */
    public record Head(long nextOrdinal, String lastHash) {
        public static final Head START = new Head(0, GENESIS);
    }

    /** The next link after {@code head}. */
    public static TurnRecord link(
            Head head,
            String conversationId,
            String userId,
            @Nullable String team,
            String role,
            Instant at,
            TurnRecord.Body body) {
        TurnRecord open =
                new TurnRecord(
                        conversationId,
                        head.nextOrdinal(),
                        userId,
                        team,
                        role,
                        at,
                        body,
                        head.lastHash(),
                        "");
        return new TurnRecord(
                conversationId,
                head.nextOrdinal(),
                userId,
                team,
                role,
                at,
                body,
                head.lastHash(),
                hash(Json.mapper().valueToTree(open)));
    }

    public static Head after(TurnRecord link) {
        return new Head(link.ordinal() + 1, link.hash());
    }

    /**
     * The hash of a link as it stands in JSON, whatever its {@code hash} field says; lower-case
     * hex.
     */
    public static String hash(JsonNode link) {
        ObjectNode hashed = ((ObjectNode) link).deepCopy();
        hashed.remove("hash");
        decimalsAsText(hashed);
        return HexFormat.of().formatHex(sha256(CanonicalJson.bytes(hashed)));
    }

    /**
     * Money has fractions, which RFC 8785 would put through IEEE 754: it is hashed as its decimal
     * text.
     */
    private static void decimalsAsText(ObjectNode node) {
        for (String name : node.propertyNames().toArray(String[]::new)) {
            JsonNode value = node.get(name);
            if (isDecimal(value)) {
                node.put(name, decimalText(value));
            } else {
                decimalsWithin(value);
            }
        }
    }

    private static void decimalsAsText(ArrayNode node) {
        for (int i = 0; i < node.size(); i++) {
            JsonNode value = node.get(i);
            if (isDecimal(value)) {
                node.set(i, StringNode.valueOf(decimalText(value)));
            } else {
                decimalsWithin(value);
            }
        }
    }

    private static void decimalsWithin(JsonNode value) {
        if (value instanceof ObjectNode object) {
            decimalsAsText(object);
        } else if (value instanceof ArrayNode array) {
            decimalsAsText(array);
        }
    }

    private static boolean isDecimal(JsonNode value) {
        return value.isNumber() && value.decimalValue().stripTrailingZeros().scale() > 0;
    }

    private static String decimalText(JsonNode value) {
        return value.decimalValue().stripTrailingZeros().toPlainString();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

package dev.parley.worker.tool.mcp;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.CanonicalJson;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import io.modelcontextprotocol.spec.McpSchema;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** What is kept of a tool, and the hash by which a change of it is noticed. */
final class Descriptors {

    private static final int NAME_CHARS_MAX = 128;
    private static final int DESCRIPTION_CHARS_MAX = 16_000;
    private static final int SCHEMA_CHARS_MAX = 100_000;

    /** The log's codec reads no deeper than 32, and the descriptor stands within a record. */
    private static final int SCHEMA_DEPTH_MAX = 24;

    private Descriptors() {}

    /** Null for a tool that cannot be kept, and so not be offered. */
    static @Nullable ToolDescriptor of(McpSchema.Tool tool) {
        if (tool.name() == null
                || tool.name().isBlank()
                || tool.name().length() > NAME_CHARS_MAX
                || tool.inputSchema() == null) {
            return null;
        }
        String name = ToolTexts.whole(tool.name());
        String description = tool.description() == null ? "" : ToolTexts.whole(tool.description());
        JsonNode schema = Json.mapper().valueToTree(tool.inputSchema());
        if (description.length() > DESCRIPTION_CHARS_MAX
                || depth(schema) > SCHEMA_DEPTH_MAX
                || schema.toString().length() > SCHEMA_CHARS_MAX) {
            return null;
        }
        try {
            return new ToolDescriptor(name, description, schema, hash(name, description, schema));
        } catch (RuntimeException e) {
            // A text within the schema that cannot be encoded.
            return null;
        }
    }

    /** SHA-256 over the canonical JSON of name, description and input schema. */
    static String hash(String name, String description, JsonNode schema) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.put("name", name);
        whole.put("description", description);
        whole.set("input_schema", hashable(schema));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(CanonicalJson.bytes(whole));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Canonical JSON takes whole numbers within ±(2^53−1); any other stands as its text. */
    private static JsonNode hashable(JsonNode node) {
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(e -> copy.set(e.getKey(), hashable(e.getValue())));
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> copy.add(hashable(item)));
            return copy;
        }
        boolean plain = !node.isNumber() || node.isInt();
        return plain ? node : StringNode.valueOf(node.decimalValue().toPlainString());
    }

    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, depth(child));
            if (deepest > SCHEMA_DEPTH_MAX) {
                break;
            }
        }
        return deepest + 1;
    }
}

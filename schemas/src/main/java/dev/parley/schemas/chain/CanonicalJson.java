package dev.parley.schemas.chain;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Canonical JSON by RFC 8785 (JCS): members sorted by UTF-16 code units, no white space, ECMAScript
 * string escapes. Numbers must be whole and within ±(2^53−1), where JCS and plain decimal agree;
 * anything else is refused, so records carry decimals (money) as strings before they are hashed.
 */
public final class CanonicalJson {

    private static final long SAFE_INTEGER_MAX = 9_007_199_254_740_991L;

    private CanonicalJson() {}

    /** The canonical UTF-8 bytes. */
    public static byte[] bytes(JsonNode node) {
        StringBuilder out = new StringBuilder(256);
        append(out, node);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder out, JsonNode node) {
        if (node.isObject()) {
            appendObject(out, node);
        } else if (node.isArray()) {
            out.append('[');
            for (int i = 0; i < node.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                append(out, node.get(i));
            }
            out.append(']');
        } else if (node.isString()) {
            appendString(out, node.stringValue());
        } else if (node.isNumber()) {
            out.append(wholeNumber(node));
        } else if (node.isBoolean() || node.isNull()) {
            out.append(node.isNull() ? "null" : Boolean.toString(node.booleanValue()));
        } else {
            throw new IllegalArgumentException("no JSON value: " + node.getNodeType());
        }
    }

    private static void appendObject(StringBuilder out, JsonNode node) {
        TreeMap<String, JsonNode> members = new TreeMap<>();
        node.properties().forEach(e -> members.put(e.getKey(), e.getValue()));
        out.append('{');
        boolean first = true;
        for (var member : members.entrySet()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            appendString(out, member.getKey());
            out.append(':');
            append(out, member.getValue());
        }
        out.append('}');
    }

    private static long wholeNumber(JsonNode node) {
        BigDecimal value = node.decimalValue();
        if (value.stripTrailingZeros().scale() > 0
                || value.abs().compareTo(BigDecimal.valueOf(SAFE_INTEGER_MAX)) > 0) {
            throw new IllegalArgumentException(
                    "only whole numbers within 2^53-1 can be hashed, not " + value);
        }
        return value.longValueExact();
    }

    private static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}

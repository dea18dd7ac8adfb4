package dev.parley.orchestrator.policy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A place in the file that knows its path; every reading either fits or names path and reason. */
record YamlNode(String path, JsonNode node) {

    private static final int DECIMALS_MAX = 12;
    private static final BigDecimal MONEY_MAX = new BigDecimal("1000000000000");
    private static final int GLOB_CHARS_MAX = 255;

    /** Refuses fields that are not among {@code names}. */
    YamlNode only(String... names) {
        if (!node.isObject()) {
            throw wrong("must be a map, not " + shown());
        }
        Set<String> known = Set.of(names);
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new InvalidPolicyException(
                        child(name),
                        "is not a known field; known are "
                                + String.join(", ", new TreeSet<>(known))
                                + ".");
            }
        }
        return this;
    }

    /** The field; null when it is absent or null. */
    @Nullable YamlNode field(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : new YamlNode(child(name), value);
    }

    /** Every entry of a map, each under its name; none when the field is absent. */
    Map<String, YamlNode> entries(String name) {
        YamlNode map = field(name);
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        if (map == null) {
            return entries;
        }
        if (!map.node.isObject()) {
            throw map.wrong("must be a map by name, not " + map.shown());
        }
        for (String key : map.node.propertyNames()) {
            if (key.isBlank()) {
                throw map.wrong("has an entry without a name.");
            }
            entries.put(key, new YamlNode(map.child(key), map.node.get(key)));
        }
        return entries;
    }

    @Nullable String text(String name) {
        YamlNode value = field(name);
        if (value == null) {
            return null;
        }
        return value.ownText();
    }

    private String ownText() {
        if (!node.isString() || node.stringValue().isBlank()) {
            throw wrong("must be text, not " + shown());
        }
        String text = node.stringValue();
        if (text.length() > PolicyShapes.TEXT_CHARS_MAX || text.indexOf('\0') >= 0) {
            throw wrong(
                    "must have at most "
                            + PolicyShapes.TEXT_CHARS_MAX
                            + " characters, none of them NUL.");
        }
        return text;
    }

    String requiredText(String name) {
        String text = text(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    /** One of the texts. */
    String choice(String name, String... choices) {
        String text = requiredText(name);
        if (!List.of(choices).contains(text)) {
            throw new InvalidPolicyException(
                    child(name), "must be one of " + String.join(", ", choices) + ", not " + text);
        }
        return text;
    }

    boolean flag(String name) {
        YamlNode value = field(name);
        if (value == null) {
            return false;
        }
        if (!value.node.isBoolean()) {
            throw value.wrong("must be true or false, not " + value.shown());
        }
        return value.node.booleanValue();
    }

    @Nullable Long whole(String name, long max) {
        YamlNode value = field(name);
        if (value == null) {
            return null;
        }
        if (!value.node.isIntegralNumber()
                || value.node.bigIntegerValue().signum() < 0
                || value.node.bigIntegerValue().bitLength() > 63
                || value.node.longValue() > max) {
            throw value.wrong("must be a whole number from 0 to " + max + ", not " + value.shown());
        }
        return value.node.longValue();
    }

    @Nullable Integer count(String name) {
        Long value = whole(name, Integer.MAX_VALUE);
        return value == null ? null : Math.toIntExact(value);
    }

    @Nullable BigDecimal money(String name) {
        YamlNode value = field(name);
        if (value == null) {
            return null;
        }
        boolean finite =
                value.node.isNumber()
                        && !((value.node.isDouble() || value.node.isFloat())
                                && !Double.isFinite(value.node.doubleValue()));
        if (!finite
                || value.node.decimalValue().signum() < 0
                || value.node.decimalValue().compareTo(MONEY_MAX) > 0
                || value.node.decimalValue().stripTrailingZeros().scale() > DECIMALS_MAX) {
            throw value.wrong(
                    "must be a number from 0 to "
                            + MONEY_MAX
                            + " with at most "
                            + DECIMALS_MAX
                            + " decimals, not "
                            + value.shown());
        }
        // One form for one amount, so that equal policies are equal records.
        BigDecimal plain = value.node.decimalValue().stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    BigDecimal requiredMoney(String name) {
        BigDecimal money = money(name);
        if (money == null) {
            throw missing(name);
        }
        return money;
    }

    @Nullable List<String> texts(String name) {
        return list(name, YamlNode::ownText);
    }

    /** Names in which only {@code *} is special; null when the field is absent. */
    @Nullable List<String> globs(String name) {
        return list(
                name,
                item -> {
                    checkGlob(item.path, item.ownText());
                    return item.ownText();
                });
    }

    /** Refuses what people write who expect another kind of pattern. */
    static void checkGlob(String path, String glob) {
        boolean bad =
                glob.length() > GLOB_CHARS_MAX
                        || glob.chars()
                                .anyMatch(c ->
                                        Character.isWhitespace(c)
                                                || Character.isISOControl(c)
                                                || "?[]{}\\".indexOf(c) >= 0);
        if (bad) {
            throw new InvalidPolicyException(
                    path,
                    "must be a name or a glob with * for any characters; white space and any of"
                            + " ?[]{}\\ are not part of one: "
                            + glob);
        }
    }

    /** Every field's name. */
    List<String> fields() {
        if (!node.isObject()) {
            throw wrong("must be a map, not " + shown());
        }
        return List.copyOf(node.propertyNames());
    }

    /** The node, or an empty map in place of nothing: {@code blue:} names a team without more. */
    YamlNode orEmptyMap() {
        return node.isNull() || (node.isString() && node.stringValue().isEmpty())
                ? new YamlNode(
                        path, tools.jackson.databind.node.JsonNodeFactory.instance.objectNode())
                : this;
    }

    InvalidPolicyException missing(String name) {
        return new InvalidPolicyException(child(name), "is missing.");
    }

    InvalidPolicyException wrongField(String name, String reason) {
        return new InvalidPolicyException(child(name), reason);
    }

    /** A list; null when the field is absent. */
    <T> @Nullable List<T> list(String name, Function<YamlNode, T> reader) {
        YamlNode value = field(name);
        if (value == null) {
            return null;
        }
        if (!value.node.isArray()) {
            throw value.wrong("must be a list, not " + value.shown());
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < value.node.size(); i++) {
            items.add(reader.apply(new YamlNode(value.path + "[" + i + "]", value.node.get(i))));
        }
        return items;
    }

    InvalidPolicyException wrong(String reason) {
        return new InvalidPolicyException(path, reason);
    }

    private String child(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private String shown() {
        return node.isContainer() ? (node.isArray() ? "a list." : "a map.") : node.asString() + ".";
    }
}

package dev.parley.orchestrator.policy;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The protocol's shapes of the subjects, the same in the YAML file and in the REST calls. Reading
 * either yields a record or names the field and the reason.
 */
public final class PolicyShapes {

    /** Longest name of a subject: an OpenID Connect {@code sub} has at most 255 characters. */
    public static final int NAME_CHARS_MAX = 255;

    static final int TEXT_CHARS_MAX = 8_000;

    private static final long WHOLE_MAX = 1L << 53;

    private PolicyShapes() {}

    /** The record that {@code shape} describes; an {@link InvalidPolicyException} else. */
    public static PolicyRecord read(SubjectKind kind, String name, JsonNode shape) {
        return read(kind, name, new YamlNode("", shape));
    }

    static PolicyRecord read(SubjectKind kind, String name, YamlNode node) {
        checkName(kind, name, node);
        return switch (kind) {
            case ROLE -> role(name, node);
            case USER -> user(name, node);
            case TEAM -> {
                node.only("limits");
                yield new PolicyRecord.Team(name, limits(node));
            }
            case MCP_SERVER -> server(name, node);
            case MODEL -> model(name, node);
            case BLOCK -> block(name, node);
            case ACCEPTED_TOOLS -> accepted(name, node);
            case WELCOME -> {
                node.only("text");
                yield new PolicyRecord.Welcome(node.requiredText("text"));
            }
        };
    }

    /**
     * The shape of a record, without the name that its key says; whatever is absent or as if absent
     * is left out, so that reading it again is the same record.
     */
    public static ObjectNode shape(PolicyRecord record) {
        ObjectNode shape = Json.mapper().valueToTree(record);
        shape.remove(List.of("type", "name", "user", "server"));
        if (record instanceof PolicyRecord.AcceptedTools accepted) {
            shape.removeAll();
            new TreeMap<>(accepted.hashes()).forEach(shape::put);
        }
        return shape;
    }

    private static void checkName(SubjectKind kind, String name, YamlNode node) {
        if (name.isBlank()
                || name.length() > NAME_CHARS_MAX
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidPolicyException(
                    node.path().isEmpty() ? "name" : node.path(),
                    "a name has 1 to " + NAME_CHARS_MAX + " characters, none of them control.");
        }
        if (kind == SubjectKind.MODEL) {
            YamlNode.checkGlob(node.path().isEmpty() ? "name" : node.path(), name);
        }
        if (kind == SubjectKind.MCP_SERVER && !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new InvalidPolicyException(
                    node.path().isEmpty() ? "name" : node.path(),
                    "a server's name is part of its tools' names: letters, digits, . _ and -, at"
                            + " most 64.");
        }
    }

    private static PolicyRecord.Role role(String name, YamlNode node) {
        node.only("limits", "queue", "models", "tools", "welcome");
        return new PolicyRecord.Role(
                name,
                limits(node),
                node.flag("queue"),
                node.globs("models"),
                tools(node),
                node.text("welcome"));
    }

    private static PolicyRecord.User user(String name, YamlNode node) {
        node.only("role", "team", "limits", "models", "tools", "welcome");
        return new PolicyRecord.User(
                name,
                node.text("role"),
                node.text("team"),
                limits(node),
                node.globs("models"),
                tools(node),
                node.text("welcome"));
    }

    static PolicyRecord.Limits limits(YamlNode owner) {
        YamlNode node = owner.field("limits");
        if (node == null) {
            return PolicyRecord.Limits.NONE;
        }
        node.only(
                "requests_per_second",
                "requests_per_minute",
                "requests_per_hour",
                "requests_per_day",
                "tokens_per_minute",
                "tokens_per_hour",
                "tokens_per_day",
                "cost_per_day",
                "cost_per_month",
                "concurrent_answers",
                "message_chars",
                "answer_tokens",
                "tool_rounds",
                "answer_seconds");
        return new PolicyRecord.Limits(
                node.whole("requests_per_second", WHOLE_MAX),
                node.whole("requests_per_minute", WHOLE_MAX),
                node.whole("requests_per_hour", WHOLE_MAX),
                node.whole("requests_per_day", WHOLE_MAX),
                node.whole("tokens_per_minute", WHOLE_MAX),
                node.whole("tokens_per_hour", WHOLE_MAX),
                node.whole("tokens_per_day", WHOLE_MAX),
                node.money("cost_per_day"),
                node.money("cost_per_month"),
                node.count("concurrent_answers"),
                node.count("message_chars"),
                node.count("answer_tokens"),
                node.count("tool_rounds"),
                node.count("answer_seconds"));
    }

    private static Map<String, PolicyRecord.ToolRule> tools(YamlNode owner) {
        Map<String, PolicyRecord.ToolRule> rules = new TreeMap<>();
        owner.entries("tools")
                .forEach((server, node) -> {
                    node.only("mode", "tools", "ask");
                    rules.put(
                            server,
                            new PolicyRecord.ToolRule(
                                    node.choice("mode", "all", "allow", "deny", "none"),
                                    orEmpty(node.globs("tools")),
                                    orEmpty(node.globs("ask"))));
                });
        return rules;
    }

    private static PolicyRecord.McpServer server(String name, YamlNode node) {
        node.only("transport", "command", "url", "credential", "allow_private_network");
        String transport = node.choice("transport", "stdio", "http");
        List<String> command = orEmpty(node.texts("command"));
        String url = node.text("url");
        if (transport.equals("stdio")) {
            if (command.isEmpty()) {
                throw node.missing("command");
            }
            if (url != null) {
                throw node.wrongField("url", "has no meaning with transport stdio.");
            }
        } else {
            if (url == null) {
                throw node.missing("url");
            }
            if (!command.isEmpty()) {
                throw node.wrongField("command", "has no meaning with transport http.");
            }
            checkUrl(node, url);
        }
        return new PolicyRecord.McpServer(
                name,
                transport,
                command,
                url,
                node.text("credential"),
                node.flag("allow_private_network"));
    }

    private static void checkUrl(YamlNode node, String url) {
        try {
            URI parsed = new URI(url);
            boolean good =
                    parsed.getScheme() != null
                            && parsed.getScheme().matches("(?i)https?")
                            && parsed.getHost() != null
                            && parsed.getUserInfo() == null
                            && parsed.getFragment() == null
                            && parsed.getPort() <= 65_535;
            if (good) {
                return;
            }
        } catch (URISyntaxException e) {
            // Refused below, with the same sentence.
        }
        throw node.wrongField(
                "url",
                "must be an http or https address with a host, without user and fragment, not "
                        + url);
    }

    private static PolicyRecord.Model model(String name, YamlNode node) {
        node.only("routes", "price", "limits");
        List<PolicyRecord.Route> routes =
                node.list(
                        "routes",
                        route -> {
                            route.only("provider", "weight", "priority");
                            return new PolicyRecord.Route(
                                    route.requiredText("provider"),
                                    route.count("weight"),
                                    route.count("priority"));
                        });
        YamlNode price = node.field("price");
        if (price != null) {
            price.only("input", "output", "cached");
        }
        return new PolicyRecord.Model(
                name,
                orEmpty(routes),
                price == null
                        ? null
                        : new PolicyRecord.Price(
                                price.requiredMoney("input"),
                                price.requiredMoney("output"),
                                price.money("cached")),
                limits(node));
    }

    private static PolicyRecord.Block block(String name, YamlNode node) {
        node.only("reason", "message", "until");
        String until = node.text("until");
        try {
            return new PolicyRecord.Block(
                    name,
                    node.text("reason"),
                    node.text("message"),
                    until == null ? null : Instant.parse(until));
        } catch (DateTimeParseException e) {
            throw node.wrongField("until", "must be a time as 2026-01-31T12:00:00Z, not " + until);
        }
    }

    private static PolicyRecord.AcceptedTools accepted(String name, YamlNode node) {
        Map<String, String> hashes = new TreeMap<>();
        node.fields()
                .forEach(tool -> {
                    String hash = node.requiredText(tool);
                    if (!hash.matches("[0-9a-f]{64}")) {
                        throw node.wrongField(tool, "must be a hash of 64 lower-case hex digits.");
                    }
                    hashes.put(tool, hash);
                });
        return new PolicyRecord.AcceptedTools(name, hashes);
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}

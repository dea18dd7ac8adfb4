package dev.parley.orchestrator.policy;

import dev.parley.schemas.record.PolicyRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The policy as YAML, in the protocol's shape. The whole file counts or none of it: anything
 * unknown, negative, of the wrong kind or that names a role which is not there is an {@link
 * InvalidPolicyException} with its path.
 *
 * @param records of every subject
 * @param authoritative whether what the file does not name is to vanish; the built-in one only adds
 */
public record PolicyFile(List<PolicyRecord> records, boolean authoritative) {

    private static final String BUILT_IN = "/policy-default.yaml";

    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** The file, or the built-in one where there is none. */
    public static PolicyFile load(@Nullable Path file) {
        if (file == null) {
            try (InputStream in = PolicyFile.class.getResourceAsStream(BUILT_IN)) {
                if (in == null) {
                    throw new IllegalStateException(BUILT_IN + " is not in the jar");
                }
                return new PolicyFile(parse(in.readAllBytes()), false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        try {
            return new PolicyFile(parse(Files.readAllBytes(file)), true);
        } catch (IOException e) {
            throw new InvalidPolicyException(file.toString(), "cannot be read.");
        }
    }

    static List<PolicyRecord> parse(byte[] yaml) {
        JsonNode tree;
        try {
            tree = YAML.readTree(yaml);
        } catch (JacksonException e) {
            String line = e.getLocation() == null ? "?" : "" + e.getLocation().getLineNr();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new InvalidPolicyException(
                    "line " + line,
                    reason.startsWith("Malformed numeric value")
                            ? "holds a number that is not finite or not decimal."
                            : "is not YAML: " + reason);
        }
        YamlNode root = new YamlNode("", tree);
        if (!tree.isObject()) {
            throw new InvalidPolicyException("the policy", "must be a map of roles and more.");
        }
        root.only("roles", "users", "teams", "mcp-servers", "models", "blocks");
        List<PolicyRecord> records = new ArrayList<>();
        Map<String, YamlNode> roles = root.entries("roles");
        roles.forEach((name, node) -> records.add(role(name, node)));
        root.entries("users").forEach((name, node) -> records.add(user(name, node, roles)));
        root.entries("teams").forEach((name, node) -> records.add(team(name, node)));
        root.entries("mcp-servers").forEach((name, node) -> records.add(server(name, node)));
        root.entries("models").forEach((name, node) -> records.add(model(name, node)));
        root.entries("blocks").forEach((name, node) -> records.add(block(name, node)));
        return List.copyOf(records);
    }

    private static PolicyRecord.Role role(String name, YamlNode node) {
        node.only("limits", "queue", "models", "tools", "welcome");
        return new PolicyRecord.Role(
                name,
                limits(node),
                node.flag("queue"),
                node.texts("models"),
                tools(node),
                node.text("welcome"));
    }

    private static PolicyRecord.User user(String name, YamlNode node, Map<String, YamlNode> roles) {
        node.only("role", "team", "limits", "models", "tools", "welcome");
        String role = node.text("role");
        if (role != null && !roles.containsKey(role)) {
            throw new InvalidPolicyException(
                    node.path() + ".role", "names the role " + role + ", which is not in roles.");
        }
        return new PolicyRecord.User(
                name,
                role,
                node.text("team"),
                limits(node),
                node.texts("models"),
                tools(node),
                node.text("welcome"));
    }

    private static PolicyRecord.Team team(String name, YamlNode node) {
        node.only("limits");
        return new PolicyRecord.Team(name, limits(node));
    }

    private static PolicyRecord.Limits limits(YamlNode owner) {
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
        long most = 1L << 53;
        return new PolicyRecord.Limits(
                node.whole("requests_per_second", most),
                node.whole("requests_per_minute", most),
                node.whole("requests_per_hour", most),
                node.whole("requests_per_day", most),
                node.whole("tokens_per_minute", most),
                node.whole("tokens_per_hour", most),
                node.whole("tokens_per_day", most),
                node.money("cost_per_day"),
                node.money("cost_per_month"),
                node.count("concurrent_answers"),
                node.count("message_chars"),
                node.count("answer_tokens"),
                node.count("tool_rounds"),
                node.count("answer_seconds"));
    }

    private static Map<String, PolicyRecord.ToolRule> tools(YamlNode owner) {
        return owner.entries("tools").entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> {
                                    YamlNode node = entry.getValue().only("mode", "tools", "ask");
                                    return new PolicyRecord.ToolRule(
                                            node.choice("mode", "all", "allow", "deny", "none"),
                                            orEmpty(node.texts("tools")),
                                            orEmpty(node.texts("ask")));
                                }));
    }

    private static PolicyRecord.McpServer server(String name, YamlNode node) {
        node.only("transport", "command", "url", "credential", "allow_private_network");
        String transport = node.choice("transport", "stdio", "http");
        List<String> command = orEmpty(node.texts("command"));
        String url = node.text("url");
        if (transport.equals("stdio") && command.isEmpty()) {
            throw new InvalidPolicyException(node.path() + ".command", "is missing.");
        }
        if (transport.equals("http") && url == null) {
            throw new InvalidPolicyException(node.path() + ".url", "is missing.");
        }
        return new PolicyRecord.McpServer(
                name,
                transport,
                command,
                url,
                node.text("credential"),
                node.flag("allow_private_network"));
    }

    private static PolicyRecord.Model model(String name, YamlNode node) {
        node.only("routes", "price");
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
                                price.money("cached")));
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
            throw new InvalidPolicyException(
                    node.path() + ".until", "must be a time as 2026-01-31T12:00:00Z, not " + until);
        }
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}

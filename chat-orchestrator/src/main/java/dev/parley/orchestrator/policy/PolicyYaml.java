package dev.parley.orchestrator.policy;

import dev.parley.schemas.record.PolicyRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * The whole policy as one YAML document. Writing and reading it again yields the same records, and
 * the same policy yields the same bytes, so that it can live in version control.
 *
 * @param records of every subject that the document names
 * @param sections kinds whose map is there, empty or not
 */
public record PolicyYaml(List<PolicyRecord> records, Set<SubjectKind> sections) {

    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                                    .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                                    .disable(YAMLWriteFeature.SPLIT_LINES)
                                    .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                                    .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                                    .build())
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** Reads a document; an {@link InvalidPolicyException} with its path when it does not fit. */
    public static PolicyYaml parse(byte[] yaml) {
        JsonNode tree = tree(yaml);
        if (!tree.isObject()) {
            throw new InvalidPolicyException("the policy", "must be a map of roles and more.");
        }
        YamlNode root = new YamlNode("", tree);
        root.only(
                java.util.Arrays.stream(SubjectKind.values())
                        .map(SubjectKind::section)
                        .toArray(String[]::new));
        List<PolicyRecord> records = new ArrayList<>();
        Set<SubjectKind> sections = new TreeSet<>();
        for (SubjectKind kind : SubjectKind.values()) {
            if (!tree.has(kind.section())) {
                continue;
            }
            sections.add(kind);
            if (kind == SubjectKind.WELCOME) {
                String text = root.text(kind.section());
                if (text != null) {
                    records.add(new PolicyRecord.Welcome(text));
                }
            } else {
                root.entries(kind.section())
                        .forEach((name, node) ->
                                records.add(PolicyShapes.read(kind, name, node.orEmptyMap())));
            }
        }
        return new PolicyYaml(List.copyOf(records), Set.copyOf(sections));
    }

    private static JsonNode tree(byte[] yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (JacksonException e) {
            String line = e.getLocation() == null ? "?" : "" + e.getLocation().getLineNr();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new InvalidPolicyException(
                    "line " + line,
                    reason.startsWith("Malformed numeric value")
                            ? "holds a number that is not finite or not decimal."
                            : "is not YAML: " + reason);
        }
    }

    /** Every section in the order of the protocol, names sorted. */
    public static byte[] write(Collection<? extends PolicyRecord> records) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        for (SubjectKind kind : SubjectKind.values()) {
            List<? extends PolicyRecord> ofKind =
                    records.stream()
                            .filter(r -> r.subject().startsWith(kind.key() + "/"))
                            .sorted(Comparator.comparing(PolicyRecord::subject))
                            .toList();
            if (kind == SubjectKind.WELCOME) {
                ofKind.forEach(r -> root.put(kind.section(), ((PolicyRecord.Welcome) r).text()));
            } else if (!ofKind.isEmpty()) {
                ObjectNode section = root.putObject(kind.section());
                ofKind.forEach(r -> section.set(SubjectKind.nameIn(r.subject()), tidy(r)));
            }
        }
        return YAML.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    }

    /** Without empty maps and lists that mean the same as nothing, and maps by name in order. */
    private static ObjectNode tidy(PolicyRecord record) {
        ObjectNode shape = PolicyShapes.shape(record);
        for (String name : Set.of("limits", "tools", "command", "routes")) {
            JsonNode value = shape.get(name);
            if (value != null && value.isContainer() && value.isEmpty()) {
                shape.remove(name);
            }
        }
        if (!(record instanceof PolicyRecord.AcceptedTools)) {
            for (String flag : Set.of("queue", "allow_private_network")) {
                if (shape.has(flag) && !shape.get(flag).booleanValue()) {
                    shape.remove(flag);
                }
            }
            if (shape.get("tools") instanceof ObjectNode tools) {
                ObjectNode sorted = JsonNodeFactory.instance.objectNode();
                new TreeSet<>(
                                tools.properties().stream()
                                        .map(java.util.Map.Entry::getKey)
                                        .collect(Collectors.toSet()))
                        .forEach(
                                server -> sorted.set(server, rule((ObjectNode) tools.get(server))));
                shape.set("tools", sorted);
            }
        }
        return shape;
    }

    private static ObjectNode rule(ObjectNode rule) {
        ObjectNode tidy = rule.deepCopy();
        for (String list : Set.of("tools", "ask")) {
            if (tidy.has(list) && tidy.get(list).isEmpty()) {
                tidy.remove(list);
            }
        }
        return tidy;
    }
}

package dev.parley.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A change of the policy as lines for a person: the subject, then each field that differs. */
final class PolicyDifference {

    private PolicyDifference() {}

    static List<String> lines(JsonNode change) {
        String sign =
                switch (change.path("action").asString("")) {
                    case "create" -> "+";
                    case "delete" -> "-";
                    default -> "~";
                };
        List<String> lines = new ArrayList<>();
        lines.add(sign + " " + change.path("subject").asString(""));
        SortedMap<String, String> before = fields(change.path("before"));
        SortedMap<String, String> after = fields(change.path("after"));
        SortedSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            String line = line(name, before.get(name), after.get(name));
            if (line != null) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static @Nullable String line(
            String name, @Nullable String before, @Nullable String after) {
        if (before == null) {
            return "    " + name + ": " + after;
        }
        if (after == null) {
            return "    " + name + ": " + before + " -> (none)";
        }
        return before.equals(after) ? null : "    " + name + ": " + before + " -> " + after;
    }

    /** Leaves by their path; what a subject's own key says already is left out. */
    private static SortedMap<String, String> fields(JsonNode subject) {
        SortedMap<String, String> fields = new TreeMap<>();
        subject.properties()
                .forEach(field -> {
                    if (!field.getKey().equals("type") && !field.getKey().equals("name")) {
                        put(fields, field.getKey(), field.getValue());
                    }
                });
        return fields;
    }

    private static void put(SortedMap<String, String> fields, String path, JsonNode value) {
        if (value.isObject()) {
            value.properties()
                    .forEach(field -> put(fields, path + "." + field.getKey(), field.getValue()));
        } else if (!value.isNull()) {
            fields.put(path, value.toString());
        }
    }
}

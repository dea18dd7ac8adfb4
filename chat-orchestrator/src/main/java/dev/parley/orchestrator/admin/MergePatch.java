package dev.parley.orchestrator.admin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON merge patch, RFC 7396: null removes, objects are merged, everything else replaces. */
final class MergePatch {

    private MergePatch() {}

    static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode merged =
                target instanceof ObjectNode object
                        ? object.deepCopy()
                        : JsonNodeFactory.instance.objectNode();
        patch.properties()
                .forEach(field -> {
                    if (field.getValue().isNull()) {
                        merged.remove(field.getKey());
                    } else {
                        JsonNode before = merged.get(field.getKey());
                        merged.set(
                                field.getKey(),
                                apply(
                                        before == null
                                                ? JsonNodeFactory.instance.nullNode()
                                                : before,
                                        field.getValue()));
                    }
                });
        return merged;
    }
}

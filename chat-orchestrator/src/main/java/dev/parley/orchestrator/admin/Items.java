package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.PolicyShapes;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.record.PolicyRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the calls show of a subject. */
final class Items {

    private Items() {}

    /** Name, the fields of the YAML, version, when and by whom it was last changed. */
    static ObjectNode of(StoredSubject row) {
        return item("name", row);
    }

    static ObjectNode ofBlock(StoredSubject row) {
        return item("user", row);
    }

    private static ObjectNode item(String key, StoredSubject row) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put(key, row.name());
        item.setAll(PolicyShapes.shape(row.record()));
        return signed(item, row);
    }

    static ObjectNode ofLimits(StoredSubject row) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("kind", SubjectKind.ofSubject(row.subject()).orElseThrow().section());
        item.put("name", row.name());
        JsonNode limits = PolicyShapes.shape(row.record()).get("limits");
        item.set("limits", limits);
        return signed(item, row);
    }

    static ObjectNode ofWelcome(StoredSubject row) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("text", ((PolicyRecord.Welcome) row.record()).text());
        return signed(item, row);
    }

    private static ObjectNode signed(ObjectNode item, StoredSubject row) {
        item.put("version", row.version());
        item.put("updated_at", row.updatedAt().toString());
        item.put("updated_by", row.updatedBy());
        return item;
    }
}

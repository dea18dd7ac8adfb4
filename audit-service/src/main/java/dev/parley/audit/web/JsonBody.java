package dev.parley.audit.web;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A small JSON object that a call was given; what it should not have is refused by name. */
public record JsonBody(JsonNode json) {

    private static final int BYTES_MAX = 16_384;

    public static JsonBody of(byte[] body, Set<String> names) {
        if (body.length > BYTES_MAX) {
            throw Parameters.bad("The body has more than " + BYTES_MAX + " bytes.");
        }
        JsonNode json;
        try {
            json = Json.tree(body);
        } catch (UnreadableRecordException e) {
            throw Parameters.bad("The body is not JSON.");
        }
        if (json == null || !json.isObject()) {
            throw Parameters.bad("The body must be a JSON object.");
        }
        for (String name : json.propertyNames()) {
            if (!names.contains(name)) {
                throw Parameters.bad("There is no " + name + " here.");
            }
        }
        return new JsonBody(json);
    }

    /** Null when it is absent or blank. */
    public @Nullable String text(String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw Parameters.bad(name + " must be a text.");
        }
        return Parameters.filter(name, value.stringValue());
    }

    public String required(String name) {
        String text = text(name);
        if (text == null) {
            throw Parameters.bad(name + " is missing.");
        }
        return text;
    }
}

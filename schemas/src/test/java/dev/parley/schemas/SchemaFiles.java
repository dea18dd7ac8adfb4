package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ToolCatalog;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.WorkerStatus;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Derives JSON Schema (2020-12) from the records, so that the published files cannot differ from
 * the code.
 */
final class SchemaFiles {

    /** What is published, each in a file of its own. */
    static final List<Class<?>> ROOTS =
            List.of(
                    ClientFrame.class,
                    ServerFrame.class,
                    RequestEvent.class,
                    Job.class,
                    ControlEvent.class,
                    ResultEvent.class,
                    TurnRecord.class,
                    Checkpoint.class,
                    PersonKey.class,
                    PolicyRecord.class,
                    PolicyChange.class,
                    ChainCheckpoint.class,
                    ToolCatalog.class,
                    WorkerStatus.class);

    private static final Path FOLDER = Path.of("src/main/resources/contracts/schemas");

    private final Map<String, JsonNode> definitions = new TreeMap<>();

    static Path fileOf(Class<?> root) {
        return FOLDER.resolve(root.getSimpleName() + ".schema.json");
    }

    static ObjectNode schemaOf(Class<?> root) {
        SchemaFiles files = new SchemaFiles();
        ObjectNode schema = object();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "https://parley.dev/schemas/" + root.getSimpleName() + ".schema.json");
        schema.put("title", root.getSimpleName());
        schema.setAll((ObjectNode) files.inline(root, null));
        if (!files.definitions.isEmpty()) {
            ObjectNode defs = schema.putObject("$defs");
            files.definitions.forEach(defs::set);
        }
        return schema;
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    }

    private JsonNode inline(Class<?> type, @Nullable Tag tag) {
        JsonSubTypes subTypes = type.getAnnotation(JsonSubTypes.class);
        if (subTypes != null) {
            String property = type.getAnnotation(JsonTypeInfo.class).property();
            ObjectNode schema = object();
            schema.put("type", "object");
            ArrayNode oneOf = schema.putArray("oneOf");
            for (JsonSubTypes.Type subType : subTypes.value()) {
                String name = subType.value().getSimpleName();
                definitions.put(name, inline(subType.value(), new Tag(property, subType.name())));
                oneOf.addObject().put("$ref", "#/$defs/" + name);
            }
            return schema;
        }
        return ofRecord(type, tag);
    }

    private record Tag(String property, String value) {}

    private ObjectNode ofRecord(Class<?> type, @Nullable Tag tag) {
        ObjectNode schema = object();
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.mapper().createArrayNode();
        if (tag != null) {
            properties.putObject(tag.property()).put("const", tag.value());
            required.add(tag.property());
        }
        for (RecordComponent field : type.getRecordComponents()) {
            String name = snakeCase(field.getName());
            AnnotatedType fieldType = field.getAnnotatedType();
            properties.set(name, ofField(field.getType(), fieldType));
            if (!fieldType.isAnnotationPresent(Nullable.class)) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private JsonNode ofField(Class<?> type, AnnotatedType annotated) {
        ObjectNode schema = object();
        if (type == String.class) {
            return schema.put("type", "string");
        } else if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        } else if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == double.class || type == Double.class || type == BigDecimal.class) {
            return schema.put("type", "number");
        } else if (type == JsonNode.class) {
            return schema;
        } else if (type == ErrorCode.class) {
            ArrayNode codes = schema.put("type", "string").putArray("enum");
            for (ErrorCode code : ErrorCode.values()) {
                codes.add(code.code());
            }
            return schema;
        } else if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return schema.put("type", "integer");
        } else if (type == List.class) {
            schema.put("type", "array").set("items", ofArgument(annotated, 0));
            return schema;
        } else if (type == Map.class) {
            schema.put("type", "object").set("additionalProperties", ofArgument(annotated, 1));
            return schema;
        }
        definitions.computeIfAbsent(type.getSimpleName(), name -> object());
        definitions.put(type.getSimpleName(), inline(type, null));
        return schema.put("$ref", "#/$defs/" + type.getSimpleName());
    }

    private JsonNode ofArgument(AnnotatedType annotated, int index) {
        AnnotatedType argument =
                ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[index];
        Type type = argument.getType();
        Class<?> raw = (Class<?>) (type instanceof ParameterizedType p ? p.getRawType() : type);
        return ofField(raw, argument);
    }

    private static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }
}

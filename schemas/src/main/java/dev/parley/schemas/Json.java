package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one codec. Names are snake_case, an absent value is left out, unknown fields are ignored (a
 * newer writer may have added them), a field that stands twice is refused.
 */
public final class Json {

    /** Deepest nesting of objects and arrays that is read. */
    public static final int NESTING_MAX = 32;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(NESTING_MAX)
                                                    .maxNumberLength(100)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .changeDefaultPropertyInclusion(
                            v -> v.withValueInclusion(JsonInclude.Include.NON_NULL))
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private Json() {}

    /** For libraries that take a mapper; configured once, immutable. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    public static String writeText(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * Reads UTF-8 JSON; throws {@link UnreadableRecordException} for anything that is not a {@code
     * type}.
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new UnreadableRecordException(
                        "null instead of " + type.getSimpleName(), null);
            }
            String missing = RequiredFields.missingIn(value);
            if (missing != null) {
                throw new UnreadableRecordException(
                        type.getSimpleName() + " without " + missing, null);
            }
            return value;
        } catch (JacksonException | NumberFormatException e) {
            // A number with a huge exponent escapes from the parser as itself.
            throw new UnreadableRecordException("not a readable " + type.getSimpleName(), e);
        }
    }

    /** Reads a JSON tree under the same limits. */
    public static JsonNode tree(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException | NumberFormatException e) {
            throw new UnreadableRecordException("not JSON", e);
        }
    }
}

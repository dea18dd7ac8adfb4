package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** The published contracts say what the code does; {@code -Dgolden.write=true} writes them anew. */
class ContractFilesTest {

    private static final Path CONTRACTS = Path.of("src/main/resources/contracts");
    private static final Path ASYNC_API = CONTRACTS.resolve("asyncapi.yaml");
    private static final Path ASYNC_API_HEAD = Path.of("src/test/resources/asyncapi-head.yaml");
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    static Stream<Class<?>> roots() {
        return SchemaFiles.ROOTS.stream();
    }

    @ParameterizedTest
    @MethodSource("roots")
    void schema_file_is_current(Class<?> root) throws IOException {
        Path file = SchemaFiles.fileOf(root);
        ObjectNode schema = SchemaFiles.schemaOf(root);
        if (WRITE) {
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(schema)
                            + "\n");
        }
        assertThat(schema).isEqualTo(Json.mapper().readTree(Files.readAllBytes(file)));
    }

    /**
     * Channels are written by hand, schemas are the generated ones: the published file is both in
     * one.
     */
    @Test
    void async_api_is_current() throws IOException {
        YAMLMapper yaml =
                YAMLMapper.builder()
                        .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                        .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                        .build();
        ObjectNode document = (ObjectNode) yaml.readTree(Files.readString(ASYNC_API_HEAD));
        ObjectNode components = (ObjectNode) document.get("components");
        ObjectNode schemas = components.putObject("schemas");
        for (Class<?> root : SchemaFiles.ROOTS) {
            ObjectNode schema = SchemaFiles.schemaOf(root);
            schema.remove("$schema");
            schema.remove("$id");
            schemas.set(root.getSimpleName(), withoutLocalReferences(schema, root));
        }
        String text = yaml.writeValueAsString(document);
        if (WRITE) {
            Files.writeString(ASYNC_API, text);
        }
        assertThat(Files.readString(ASYNC_API)).isEqualTo(text);
        assertThat(unresolved(document, document)).isEmpty();
    }

    @Test
    void every_topic_has_its_channel() throws IOException {
        String document = Files.readString(ASYNC_API);
        for (Topic topic : Topic.values()) {
            assertThat(document).contains("address: " + topic.topicName());
        }
    }

    @Test
    void open_api_is_json_and_names_every_error_code() throws IOException {
        JsonNode document =
                Json.mapper().readTree(Files.readAllBytes(CONTRACTS.resolve("openapi.json")));
        assertThat(document.get("openapi").stringValue()).startsWith("3.1");
        List<String> codes = new ArrayList<>();
        document.at("/components/schemas/Problem/properties/code/enum")
                .forEach(c -> codes.add(c.stringValue()));
        assertThat(codes)
                .containsExactlyElementsOf(
                        Stream.of(ErrorCode.values()).map(ErrorCode::code).toList());
        assertThat(unresolved(document, document)).isEmpty();
    }

    private static JsonNode withoutLocalReferences(ObjectNode schema, Class<?> root) {
        String moved =
                schema.toString()
                        .replace(
                                "\"#/$defs/",
                                "\"#/components/schemas/" + root.getSimpleName() + "/$defs/");
        return Json.mapper().readTree(moved);
    }

    private static List<String> unresolved(JsonNode node, JsonNode document) {
        List<String> missing = new ArrayList<>();
        if (node.isObject() && node.has("$ref")) {
            String reference = node.get("$ref").stringValue();
            if (document.at(reference.substring(1)).isMissingNode()) {
                missing.add(reference);
            }
        }
        node.forEach(child -> missing.addAll(unresolved(child, document)));
        return missing;
    }
}

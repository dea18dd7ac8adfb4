package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The wire form of every message is pinned by a file. {@code mvn -pl schemas test
 * -Dgolden.write=true} writes the files anew; a change in them is a change of the contract and is
 * reviewed as one.
 */
class GoldenFilesTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path OLDER = Path.of("src/test/resources/golden-older");
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    static Stream<Samples.Sample> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void is_written_as_the_golden_file_says(Samples.Sample sample) throws IOException {
        Path file = GOLDEN.resolve(sample.fileName());
        JsonNode written = Json.tree(Json.write(sample.value()));
        if (WRITE) {
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(written)
                            + "\n");
        }
        assertThat(written).isEqualTo(Json.tree(Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void is_read_back_equal(Samples.Sample sample) throws IOException {
        byte[] golden = Files.readAllBytes(GOLDEN.resolve(sample.fileName()));
        assertThat(Json.read(golden, sample.readAs())).isEqualTo(sample.value());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void tolerates_a_field_of_a_newer_writer(Samples.Sample sample) {
        ObjectNode json = (ObjectNode) Json.tree(Json.write(sample.value()));
        json.put("of_a_newer_writer", 1);
        assertThat(Json.read(Json.write(json), sample.readAs())).isEqualTo(sample.value());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void reads_without_its_optional_fields_and_leaves_nulls_out(Samples.Sample sample) {
        ObjectNode json = (ObjectNode) Json.tree(Json.write(sample.value()));
        for (RecordComponent field : sample.value().getClass().getRecordComponents()) {
            if (field.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                json.remove(SchemaFiles.snakeCase(field.getName()));
            }
        }
        Object sparse = Json.read(Json.write(json), sample.readAs());
        JsonNode again = Json.tree(Json.write(sparse));
        assertThat(again).isEqualTo(json);
        assertThat(again.valueStream().noneMatch(JsonNode::isNull)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void satisfies_its_json_schema(Samples.Sample sample) throws IOException {
        String schema = Files.readString(SchemaFiles.fileOf(sample.readAs()));
        List<Error> errors =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema, InputFormat.JSON)
                        .validate(
                                Files.readString(GOLDEN.resolve(sample.fileName())),
                                InputFormat.JSON);
        assertThat(errors).isEmpty();
    }

    /**
     * Files of earlier versions, never written anew: what stands in a kept topic must stay readable
     * for ever.
     */
    @Test
    void reads_what_older_writers_wrote() throws IOException {
        try (Stream<Path> files = Files.walk(OLDER)) {
            List<Path> older = files.filter(f -> f.toString().endsWith(".json")).toList();
            assertThat(older).isNotEmpty();
            for (Path file : older) {
                String name = OLDER.relativize(file).toString();
                Samples.Sample today =
                        Samples.all()
                                .filter(s -> name.endsWith(s.fileName()))
                                .findFirst()
                                .orElseThrow();
                Object read = Json.read(Files.readAllBytes(file), today.readAs());
                assertThat(read).as(name).isInstanceOf(today.value().getClass());
            }
        }
    }
}

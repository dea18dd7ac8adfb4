package dev.parley.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the architecture says and no compiler checks. */
class HouseTest {

    private static final List<String> SERVICES =
            List.of("gateway", "orchestrator", "worker", "audit");

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.parley");

    /** An importer that cannot read the class files would let every rule pass. */
    @Test
    void every_room_was_read() {
        for (String room : SERVICES) {
            assertThat(
                            CLASSES.stream()
                                    .filter(c ->
                                            c.getPackageName().startsWith("dev.parley." + room)))
                    .as(room)
                    .hasSizeGreaterThan(10);
        }
    }

    /** So that each can be built, run and replaced alone: they meet in the log. */
    @ParameterizedTest
    @ValueSource(strings = {"gateway", "orchestrator", "worker", "audit"})
    void a_service_never_sees_another(String service) {
        String[] others =
                SERVICES.stream()
                        .filter(s -> !s.equals(service))
                        .map(s -> "dev.parley." + s + "..")
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("dev.parley." + service + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(CLASSES);
    }

    /** So that clients and tools can read the contract without a framework. */
    @Test
    void schemas_are_free_of_spring_and_kafka() {
        noClasses()
                .that()
                .resideInAPackage("dev.parley.schemas..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "org.apache.kafka..")
                .check(CLASSES);
    }

    /** Names that say nothing hide classes that do everything. */
    @Test
    void names_say_what_a_class_does() {
        noClasses()
                .should()
                .haveNameMatching(".*(Impl|Manager|Utils?|Helper|Common|Base|Data)")
                .check(CLASSES);
    }

    /** A test that is switched off, or that sleeps, is worth less than none. */
    @Test
    void tests_neither_sleep_nor_rest() throws IOException {
        List<String> found = new ArrayList<>();
        Set<String> skipped = Set.of("target", ".git", "node_modules");
        Files.walkFileTree(
                Path.of("..").toAbsolutePath().normalize(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                        return skipped.contains(folder.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (file.toString().contains("/src/test/")
                                && file.toString().endsWith(".java")
                                && !file.endsWith("HouseTest.java")) {
                            String text = Files.readString(file);
                            if (text.contains("Thread.sleep(") || text.contains("@Disabled")) {
                                found.add(file.toString());
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        assertThat(found).isEmpty();
    }
}

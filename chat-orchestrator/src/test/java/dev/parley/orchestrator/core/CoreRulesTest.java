package dev.parley.orchestrator.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What keeps the core a function of its arguments. */
class CoreRulesTest {

    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.parley.orchestrator.core");

    @Test
    void theImportIsNotEmpty() {
        assertThat(CORE.size()).isGreaterThan(20);
    }

    @Test
    void isFreeOfFrameworksAndOfWhatCarriesIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "org.apache.kafka..",
                        "org.slf4j..",
                        "io.micrometer..",
                        "dev.parley.autoconfigure..",
                        "dev.parley.orchestrator.stream..",
                        "dev.parley.orchestrator.policy..",
                        "dev.parley.orchestrator.web..")
                .because("what is decided must not depend on how it is carried")
                .check(CORE);
    }

    @Test
    void asksNeitherTheClockNorChance() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class, Random.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .because("deciding again must decide the same")
                .check(CORE);
    }
}

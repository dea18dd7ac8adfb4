package dev.parley.audit;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.parley.audit");

    @Test
    void packagesHaveAnOrder() {
        assertThat(CLASSES).isNotEmpty();
        slices().matching("dev.parley.audit.(*)..")
                .should()
                .beFreeOfCycles()
                .because("a part that needs what needs it cannot be moved out")
                .check(CLASSES);
    }

    @Test
    void theInsertPathOpensNoText() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage("..ingest..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..audit.vault..", "..search..", "..history..", "..web..")
                .because("what is stored is what the log holds, sealed, and nothing waits for it")
                .check(CLASSES);
    }
}

package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir Path folder;

    @Test
    void makesAFolderThatIsAbsent() {
        Path absent = folder.resolve("a/b");

        DataFolder.open(absent, false).close();

        assertThat(absent.resolve(".parley")).exists();
    }

    @Test
    void keepsWhatPeopleWroteFromOtherUsers() throws Exception {
        try (DataFolder data = DataFolder.open(folder, false)) {
            assertThat(Files.getPosixFilePermissions(data.kafka()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void freshDeletesOnlyWhatARunMade() throws Exception {
        try (DataFolder data = DataFolder.open(folder, false)) {
            Files.writeString(data.kafka().resolve("record"), "old");
        }
        Files.writeString(folder.resolve("notes.txt"), "mine");

        try (DataFolder data = DataFolder.open(folder, true)) {
            assertThat(data.kafka()).isEmptyDirectory();
            assertThat(folder.resolve("notes.txt")).hasContent("mine");
        }
    }

    @Test
    void freshDoesNotFollowALinkOutOfTheFolder() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("kept"), "mine");
        Path data = folder.resolve("data");
        DataFolder.open(data, false).close();
        Files.delete(data.resolve("logs"));
        Files.createSymbolicLink(data.resolve("logs"), elsewhere);

        DataFolder.open(data, true).close();

        assertThat(elsewhere.resolve("kept")).exists();
    }

    @Test
    void freshRefusesAForeignFolder() throws Exception {
        Files.writeString(folder.resolve("thesis.txt"), "irreplaceable");

        assertThatThrownBy(() -> DataFolder.open(folder, true))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_FOLDER))
                .hasMessageContaining("--fresh deletes nothing");
        assertThat(folder).isDirectoryContaining("glob:**/thesis.txt");
        assertThat(folder.resolve(".parley")).doesNotExist();
    }

    @Test
    void refusesAFolderWithTheFilesOfSomethingElse() throws Exception {
        Files.createDirectory(folder.resolve("postgres"));

        assertThatThrownBy(() -> DataFolder.open(folder, false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("something else");
    }

    @Test
    void refusesAFile() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> DataFolder.open(file, false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void namesTheRunThatHoldsIt() throws Exception {
        Process holder = ChildJvm.start(HoldsFolder.class, folder.toString());
        Awaitility.await("the child's lock")
                .atMost(Duration.ofSeconds(20))
                .until(() -> ChildJvm.said(holder, HoldsFolder.READY));
        try {
            assertThatThrownBy(() -> DataFolder.open(folder, true))
                    .isInstanceOfSatisfying(
                            StartFailure.class,
                            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ALREADY_RUNNING))
                    .hasMessageContaining("process " + holder.pid())
                    .hasMessageContaining("http://localhost:8080");
            assertThat(folder.resolve("kafka")).exists();
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        DataFolder.open(folder, false).close();
    }

    /** Run in a JVM that is to be killed. */
    static final class HoldsFolder {

        static final String READY = "ready";

        public static void main(String[] arguments) throws Exception {
            DataFolder.open(Path.of(arguments[0]), false).announce("http://localhost:8080");
            System.out.println(READY);
            System.in.read();
        }
    }
}

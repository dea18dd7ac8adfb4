package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code parley} at the top of the repository, up to the point where it would build. */
class ScriptTest {

    private static final List<String> PROGRAMS =
            List.of(
                    "awk",
                    "basename",
                    "bash",
                    "cat",
                    "dirname",
                    "find",
                    "head",
                    "readlink",
                    "rm",
                    "sed");

    @TempDir Path folder;

    @Test
    void helpNamesEveryCommand() throws Exception {
        Run run = parley(Map.of(), "--help");

        assertThat(run.status()).isZero();
        assertThat(run.output()).contains("run", "chat", "test", "bench", "images");
    }

    @Test
    void versionIsTheBuilds() throws Exception {
        assertThat(parley(Map.of(), "--version").output()).matches("parley \\d+\\.\\d+\\.\\d+\\S*");
    }

    @Test
    void anUnknownCommandIsOneSentence() throws Exception {
        Run run = parley(Map.of(), "dance");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.output().lines()).hasSize(1).first().asString().contains("'dance'");
    }

    @Test
    void worksThroughALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("p"), script());

        assertThat(execute(Map.of(), List.of(link.toString(), "--version")).output())
                .startsWith("parley ");
    }

    @Test
    void anOldJavaIsOneSentence() throws Exception {
        Path old = java("17.0.2");
        Run run = parley(Map.of("JAVA_HOME", old.toString(), "PARLEY_JDK_FOLDERS", ""), "test");

        assertThat(run.status()).isEqualTo(ExitCode.JAVA_VERSION.status());
        assertThat(run.output().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("JDK 25 or newer", "is Java 17", "https://adoptium.net");
    }

    @Test
    void goesPastAnOldJavaToARightOne() throws Exception {
        Path old = java("17.0.2");
        Path right = java("25.0.1");
        Path maven = script(folder.resolve("maven"), "echo \"built with $JAVA_HOME: $*\"");
        Run run =
                parley(
                        Map.of(
                                "JAVA_HOME", old.toString(),
                                "PARLEY_JDK_FOLDERS", folder.resolve("java-*").toString(),
                                "PARLEY_MVN", maven.toString()),
                        "test",
                        "-pl",
                        "schemas");

        assertThat(run.status()).isZero();
        assertThat(run.output())
                .contains("built with " + right + ": -B verify -pl schemas")
                .contains("End-to-end suites:");
    }

    private record Run(int status, String output) {}

    /** A folder that looks like a JDK. */
    private Path java(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("java-" + version));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), "exit 1");
        script(home.resolve("bin/javac"), "exit 1");
        return home;
    }

    private static Path script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path script() {
        return Path.of("").toAbsolutePath().getParent().resolve("parley");
    }

    private Run parley(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(script().toString()));
        command.addAll(List.of(arguments));
        return execute(environment, command);
    }

    private Run execute(Map<String, String> environment, List<String> command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("PATH", path());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Run(process.waitFor(), output);
    }

    /** What the script needs, and no Java. */
    private String path() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String program : PROGRAMS) {
            for (String candidate : System.getenv("PATH").split(":")) {
                Path source = Path.of(candidate, program);
                if (Files.isExecutable(source)) {
                    script(bin.resolve(program), "exec " + source + " \"$@\"");
                    break;
                }
            }
        }
        return bin.toString();
    }
}

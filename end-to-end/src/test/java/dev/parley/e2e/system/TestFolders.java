package dev.parley.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Data folders under target, so that a failed run can be looked at. */
public final class TestFolders {

    private static final Path ROOT = Path.of("target/runs").toAbsolutePath();

    private TestFolders() {}

    public static Path fresh(String name) {
        try {
            Files.createDirectories(ROOT);
            return Files.createTempDirectory(ROOT, name + "-").resolve("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.parley.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Notes which suites really ran, for whoever called the tests: a suite that was left out must not
 * look like a green one.
 */
public final class Suites {

    private static final Path FOLDER = Path.of("target/suites");

    private Suites() {}

    public static void ran(String suite, String what) {
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(suite + ".txt"), suite + " suite: " + what + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Whether the caller of the tests insists on a suite ({@code PARLEY_TEST_CONTAINERS=required}).
     */
    public static boolean isRequired(String suite) {
        return "required"
                .equals(System.getenv("PARLEY_TEST_" + suite.toUpperCase(java.util.Locale.ROOT)));
    }
}

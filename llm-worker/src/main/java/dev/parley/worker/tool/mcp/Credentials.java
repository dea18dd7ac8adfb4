package dev.parley.worker.tool.mcp;

import dev.parley.worker.tool.ToolSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a server's {@code credential} names: an environment variable of this worker, or a file below
 * its folder for them. This system's own secrets are none, whoever names them.
 */
public final class Credentials {

    /** The variable of a process whose credential comes from a file. */
    private static final String FROM_FILE = "MCP_CREDENTIAL";

    private static final String OWN_PREFIX = "PARLEY_";
    private static final int FILE_BYTES_MAX = 64 << 10;

    private final @Nullable Path folder;
    private final Function<String, @Nullable String> environment;

    public Credentials(ToolSettings settings, Function<String, @Nullable String> environment) {
        String configured = settings.credentialsDir();
        this.folder = configured == null || configured.isBlank() ? null : Path.of(configured);
        this.environment = environment;
    }

    /** The variable that a process finds it in. */
    static String variable(String name) {
        return isFile(name) ? FROM_FILE : name;
    }

    /**
     * @throws McpException when there is none; the message names it, never what it holds
     */
    String value(String name) {
        String value = isFile(name) ? ofFile(name) : ofVariable(name);
        if (value == null || value.isBlank()) {
            throw new McpException("this worker has no credential " + name);
        }
        return value.strip();
    }

    private static boolean isFile(String name) {
        return name.indexOf('/') >= 0 || name.indexOf('.') >= 0;
    }

    private @Nullable String ofVariable(String name) {
        return name.startsWith(OWN_PREFIX) ? null : environment.apply(name);
    }

    private @Nullable String ofFile(String name) {
        if (folder == null) {
            return null;
        }
        try {
            Path root = folder.toRealPath();
            Path file = root.resolve(name).toRealPath();
            return file.startsWith(root) && Files.size(file) <= FILE_BYTES_MAX
                    ? Files.readString(file)
                    : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }
}

package dev.parley.e2e.system;

import java.nio.file.Files;
import java.nio.file.Path;

/** The MCP servers that {@code npm ci} has put below {@code end-to-end/mcp}. */
public final class NpmServers {

    private static final Path FOLDER =
            Path.of("mcp/node_modules/@modelcontextprotocol").toAbsolutePath();

    private NpmServers() {}

    public static boolean areInstalled() {
        return Files.exists(program("server-everything"))
                && Files.exists(program("server-filesystem"));
    }

    /** What {@code node} runs. */
    public static Path program(String server) {
        return FOLDER.resolve(server).resolve("dist/index.js");
    }
}

package dev.parley.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.e2e.client.Rest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The MCP servers that {@code npm ci} has put below {@code end-to-end/mcp}. */
public final class NpmServers {

    private static final Path FOLDER =
            Path.of("mcp/node_modules/@modelcontextprotocol").toAbsolutePath();

    private NpmServers() {}

    /** Skips the caller's tests where they are not installed, unless they are required. */
    public static void need() {
        boolean installed =
                Files.exists(program("server-everything"))
                        && Files.exists(program("server-filesystem"));
        assertThat(installed || !Suites.isRequired("tools"))
                .as("npm ci in end-to-end/mcp")
                .isTrue();
        assumeTrue(installed, "the servers from npm are not installed");
        Suites.ran("tools", "server-everything and server-filesystem from npm");
    }

    /** Waits until the first tools of a server are accepted. */
    public static void awaitTools(Rest admin, String server) {
        await("the first tools of " + server + " are accepted")
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    Rest.Answer tools = admin.get("/api/admin/mcp-servers/" + server + "/tools");
                    return tools.status() == 200
                            && tools.body().contains("\"accepted\"")
                            && !tools.body().contains("\"new\"");
                });
    }

    /** What {@code node} runs. */
    public static Path program(String server) {
        return FOLDER.resolve(server).resolve("dist/index.js");
    }
}

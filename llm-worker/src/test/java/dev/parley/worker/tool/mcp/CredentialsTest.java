package dev.parley.worker.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.worker.tool.ToolSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("TICKETS_TOKEN", " t-1\n", "EMPTY", "", "PARLEY_JWT_SECRET", "ours");

    @TempDir Path folder;

    private Credentials credentials;

    @BeforeEach
    void lay() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("credentials"));
        Files.writeString(inner.resolve("tickets.txt"), "f-1\n");
        Files.writeString(folder.resolve("outside.txt"), "not yours");
        Files.createSymbolicLink(inner.resolve("link.txt"), folder.resolve("outside.txt"));
        credentials = with(inner.toString());
    }

    private static Credentials with(String folder) {
        Duration any = Duration.ofSeconds(1);
        return new Credentials(
                new ToolSettings(any, any, any, any, any, any, 1000, 4096, 1, 1, true, folder, 1),
                ENVIRONMENT::get);
    }

    @Test
    void aVariableOrAFile() {
        assertThat(credentials.value("TICKETS_TOKEN")).isEqualTo("t-1");
        assertThat(credentials.value("tickets.txt")).isEqualTo("f-1");
        assertThat(Credentials.variable("TICKETS_TOKEN")).isEqualTo("TICKETS_TOKEN");
        assertThat(Credentials.variable("tickets.txt")).isEqualTo("MCP_CREDENTIAL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ABSENT",
                "EMPTY",
                "PARLEY_JWT_SECRET",
                "absent.txt",
                "../outside.txt",
                "link.txt",
                "/etc/hostname"
            })
    void anythingElseIsNone(String name) {
        assertThatThrownBy(() -> credentials.value(name))
                .isInstanceOf(McpException.class)
                .hasMessageContaining(name)
                .hasMessageNotContaining("ours");
    }

    @Test
    void withoutAFolderNoFileIsOne() {
        assertThatThrownBy(() -> with("").value("tickets.txt")).isInstanceOf(McpException.class);
    }
}

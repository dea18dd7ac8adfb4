package dev.parley.e2e.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.e2e.system.ServicesRun;
import dev.parley.e2e.system.SharedServices;
import dev.parley.e2e.system.Suites;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients of npm: {@code openai}, {@code ws}, {@code eventsource}; see {@code node/}. */
@ExtendWith(SharedServices.class)
class NodeClientsTest {

    private static final Path FOLDER = Path.of("node").toAbsolutePath();
    private static final int INSTALL_SECONDS_MAX = 180;
    private static final int TEST_SECONDS_MAX = 120;

    private final ServicesRun run;

    NodeClientsTest(ServicesRun run) {
        this.run = run;
    }

    @BeforeAll
    static void install() throws Exception {
        boolean possible = Suites.isRequired("node") || isThere("node") && isThere("npm");
        assumeTrue(possible, "Node is not installed");
        if (!Files.exists(FOLDER.resolve("node_modules/openai"))) {
            run(Map.of(), INSTALL_SECONDS_MAX, List.of("npm", "ci", "--no-audit", "--no-fund"));
        }
        Suites.ran("node", "openai, ws and eventsource as npm has them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ws", "eventsource"})
    void the_client_works_unmodified(String client) throws Exception {
        run(
                Map.of(
                        "PARLEY_URL", run.gateway(0).address().toString(),
                        "PARLEY_TOKEN", run.tokens().of("node-" + client, "user"),
                        "PARLEY_LIMITED_TOKEN", run.tokens().of("node-none", "none-a-day")),
                TEST_SECONDS_MAX,
                List.of("node", "--test", "--test-timeout=60000", client + ".test.js"));
    }

    private static void run(Map<String, String> environment, int secondsMax, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(Files.createDirectories(Path.of("target")), "node", "");
        ProcessBuilder builder = new ProcessBuilder(command).directory(FOLDER.toFile());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        assertThat(ended && process.exitValue() == 0)
                .as("%s: %s", command, Files.readString(output, StandardCharsets.UTF_8))
                .isTrue();
    }

    private static boolean isThere(String program) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}

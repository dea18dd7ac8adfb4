package dev.parley.orchestrator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.PolicyCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code parley policy} against the real service. */
class PolicyCommandTest {

    private final Orchestrator orchestrator = Surroundings.shared().orchestrator();
    @TempDir private Path folder;

    private record Outcome(int exit, String out, String err) {}

    @Test
    void exportThenApplyIsTheIdentity() {
        orchestrator.put(
                "/api/admin/roles/exported",
                "{\"limits\":{\"cost_per_day\":5.00,\"tool_rounds\":0},\"queue\":true,"
                        + "\"tools\":{\"x\":{\"mode\":\"allow\",\"tools\":[\"a-*\"],\"ask\":[\"a-b\"]}}}");
        Path file = folder.resolve("policy.yaml");

        assertThat(parley("export", "-o", file.toString())).isEqualTo(new Outcome(0, "", ""));
        assertThat(parley("diff", "--prune", file.toString())).isEqualTo(new Outcome(0, "", ""));
        assertThat(parley("apply", "--prune", file.toString())).isEqualTo(new Outcome(0, "", ""));
        assertThat(parley("export").out()).isEqualTo(read(file));
    }

    @Test
    void tellsAndAppliesDifferences() {
        orchestrator.put("/api/admin/teams/cli", "{\"limits\":{\"tokens_per_day\":5}}");
        Path file =
                write(
                        """
                        teams:
                          cli: { limits: { tokens_per_day: 6, tool_rounds: 1 } }
                          cli-new:
                        """);

        Outcome diff = parley("diff", file.toString());
        assertThat(diff.exit()).as(diff.toString()).isEqualTo(1);
        assertThat(diff.out())
                .contains("~ team/cli")
                .contains("limits.tokens_per_day: 5 -> 6")
                .contains("limits.tool_rounds: 1")
                .contains("+ team/cli-new");
        assertThat(parley("apply", "--dry-run", file.toString())).isEqualTo(diff);
        assertThat(orchestrator.get("/api/admin/teams/cli-new").status()).isEqualTo(404);

        assertThat(parley("apply", file.toString())).isEqualTo(new Outcome(0, diff.out(), ""));
        assertThat(parley("diff", file.toString())).isEqualTo(new Outcome(0, "", ""));
        assertThat(
                        orchestrator
                                .get("/api/admin/teams/cli")
                                .json()
                                .at("/limits/tokens_per_day")
                                .asInt())
                .isEqualTo(6);
    }

    @Test
    void appliesAllOrNothing() {
        Path bad =
                write(
                        """
                        teams: { cli-half: {} }
                        users: { cli-half: { role: no-such-role } }
                        """);

        Outcome outcome = parley("apply", bad.toString());

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(outcome.err()).contains("users.cli-half.role").contains("bad_frame");
        assertThat(orchestrator.get("/api/admin/teams/cli-half").status()).isEqualTo(404);
    }

    @Test
    void cannotPruneTheAdministrators() {
        Path file = write("roles: { user: {} }\n");

        Outcome outcome = parley("apply", "--prune", file.toString());

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(outcome.err()).contains("conflict");
        assertThat(orchestrator.get("/api/admin/roles/admin").status()).isEqualTo(200);
    }

    @Test
    void saysWhatIsWrongWithTheCall() {
        assertThat(parley("diff", folder.resolve("absent").toString()).exit()).isEqualTo(2);
        assertThat(run("diff", "x", "--no-such-option").exit()).isEqualTo(2);
        assertThat(run("export", "--url", orchestrator.address()).exit()).as("who?").isEqualTo(2);
        assertThat(run("export", "--url", orchestrator.address(), "--token", "x").exit())
                .isEqualTo(3);
        assertThat(run("export", "--url", "http://127.0.0.1:1", "--token", "x").exit())
                .isEqualTo(3);
        assertThat(
                        run(
                                        "export",
                                        "--url",
                                        orchestrator.address(),
                                        "--token",
                                        Orchestrator.token("u", "user"))
                                .exit())
                .isEqualTo(4);
    }

    private Outcome parley(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(
                List.of(
                        "--url",
                        orchestrator.address(),
                        "--token",
                        Orchestrator.token("admin", "admin")));
        arguments.addAll(Arrays.asList(more));
        return run(arguments.toArray(String[]::new));
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = PolicyCommand.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        int exit = command.execute(arguments);
        return new Outcome(exit, out.toString(), err.toString());
    }

    private Path write(String yaml) {
        try {
            return Files.writeString(folder.resolve("changed.yaml"), yaml);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

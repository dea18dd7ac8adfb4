package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ChainExport;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command answers to the script that calls it. */
class VerifyTest {

    private static final KeyPair KEY = ChainSignatures.keyPair(new byte[32]);
    private static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void answersByItsExitCodeAndNamesWhatIsBroken() throws IOException {
        Path file = export();
        assertThat(run(file.toString())).isZero();
        assertThat(out.toString()).contains("3 links of 1 conversation", "give --key");

        Path touched = folder.resolve("touched.jsonl");
        Files.writeString(touched, Files.readString(file).replace("\"input\":11", "\"input\":12"));
        assertThat(run(touched.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("changed, line 2, conversation c-1, link 1");
    }

    @Test
    void isWhatTheScriptRuns() throws Exception {
        Path root = scriptWith("chat-cli");
        Path file = export();
        assertThat(script(root, "verify", file.toString()))
                .contains("3 links of 1 conversation")
                .endsWith("0");

        Path touched = folder.resolve("touched.jsonl");
        Files.writeString(touched, Files.readString(file).replace("\"input\":11", "\"input\":12"));
        assertThat(script(root, "verify", touched.toString()))
                .contains("changed, line 2")
                .endsWith("1");
        assertThat(script(root, "verify")).endsWith("2");
    }

    /**
     * A folder in which the script finds {@code module} built: its jar leads to the classes of this
     * test.
     */
    private Path scriptWith(String module) throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.copy(
                Path.of("").toAbsolutePath().getParent().resolve("parley"),
                root.resolve("parley"),
                StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(root.resolve("pom.xml"));
        Path target = Files.createDirectories(root.resolve(module + "/target"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(":"))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(target.resolve(module + ".jar")), manifest)
                .close();
        return root;
    }

    /** What it writes, and at the end its exit code. */
    private static String script(Path root, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve("parley").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + process.waitFor();
    }

    @Test
    void takesKeysInEveryForm() throws IOException {
        String encoded = ChainSignatures.encoded(KEY.getPublic());
        String other =
                ChainSignatures.encoded(
                        ChainSignatures.keyPair("another seed of thirty-two bytes".getBytes())
                                .getPublic());
        String file = export().toString();

        assertThat(run(file, "--key", key(encoded))).isZero();
        assertThat(out.toString()).contains("which you gave");
        assertThat(
                        run(
                                file,
                                "--key",
                                key(
                                        "-----BEGIN PUBLIC KEY-----\n"
                                                + encoded
                                                + "\n-----END PUBLIC KEY-----\n")))
                .isZero();
        assertThat(run(file, "--key", key("{\"items\":[{\"public_key\":\"" + encoded + "\"}]}")))
                .isZero();
        assertThat(run(file, "--key", key(other), "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"reason\":\"signature\"", "\"ok\":false");
    }

    @Test
    void answersTwoToWhatItCannotUse() throws IOException {
        String file = export().toString();

        assertThat(run(folder.resolve("absent").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no file");
        assertThat(run()).isEqualTo(2);
        assertThat(run(file, "--checkpoints", file)).isEqualTo(2);
        assertThat(run(file, "--key", key("no key"))).isEqualTo(2);
        assertThat(run(file, "--key", file, "--checkpoints", file)).isEqualTo(2);
        assertThat(run(file, "--threads", "0")).isEqualTo(2);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = VerifyCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    private String key(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "key", ".txt"), text).toString();
    }

    private Path export() throws IOException {
        ChainExport export = new ChainExport("c-1");
        ConversationChain.Head head = ConversationChain.Head.START;
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            TurnRecord link =
                    ConversationChain.link(
                            head,
                            "c-1",
                            "user-1",
                            null,
                            "user",
                            AT,
                            new TurnRecord.ChargeTurn(
                                    "m-" + i, new TokenUsage(10 + i, 2, 0, false), null, 9, AT));
            head = ConversationChain.after(link);
            lines.append(export.line(Json.writeText(link), link.hash(), ",\"text\":{}"))
                    .append(i < 2 ? ChainExport.goesOn() : export.ends(KEY, AT, null));
        }
        return Files.writeString(folder.resolve("export.jsonl"), lines.toString());
    }
}

package dev.parley.cli;

import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.chain.ExportVerifier;
import dev.parley.schemas.chain.Trust;
import dev.parley.schemas.chain.Verdict;
import dev.parley.schemas.record.ChainCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parley verify}: checks an export without database or network. */
@Command(
        name = "parley verify",
        description = {
            "Checks a jsonl export: every link, every tie between links, and the signed end.",
            "Needs nothing but the file. With --key it also tells whether somebody made the whole"
                    + " file anew, and with --checkpoints whether the operator did."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ChatCommand.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything holds",
            "1:something does not; the first is named",
            "2:the command line makes no sense, or a file cannot be read"
        })
final class VerifyCommand implements Callable<Integer> {

    private static final int HOLDS = 0;
    private static final int BROKEN = 1;
    private static final int UNUSABLE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A jsonl export.")
    @SuppressWarnings("NullAway.Init")
    Path file;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            defaultValue = "${env:PARLEY_AUDIT_PUBLIC_KEY_FILE}",
            description =
                    "The service's public keys, got from it or its operator at another time: PEM, or the"
                            + " answer of /api/audit/checkpoints/keys (PARLEY_AUDIT_PUBLIC_KEY_FILE).")
    @Nullable Path key;

    @Option(
            names = "--checkpoints",
            paramLabel = "FILE",
            description =
                    "Checkpoints that you kept: answers of /api/audit/checkpoints, or one record a"
                            + " line. Needs --key.")
    @Nullable Path checkpoints;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads (default: as many as there are processors).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print the verdict as JSON.")
    boolean json;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new VerifyCommand())
                .setParameterExceptionHandler((wrong, args) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println(wrong.getMessage());
                    err.println("parley verify --help lists the options.");
                    return UNUSABLE;
                });
    }

    @Override
    public Integer call() {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1");
        }
        if (checkpoints != null && key == null) {
            throw new ParameterException(
                    spec.commandLine(), "--checkpoints needs --key: by whom would they be signed?");
        }
        try {
            List<PublicKey> keys = key == null ? List.of() : TrustFiles.keys(key);
            List<ChainCheckpoint> kept =
                    checkpoints == null ? List.of() : TrustFiles.checkpoints(checkpoints);
            long began = System.nanoTime();
            Verdict verdict;
            try (InputStream in = Files.newInputStream(file)) {
                verdict = ExportVerifier.verify(in, Trust.of(keys, kept), threads);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            VerdictText.print(spec.commandLine().getOut(), file, verdict, seconds, json);
            return verdict.isOk() ? HOLDS : BROKEN;
        } catch (IOException | UnreadableRecordException | IllegalArgumentException e) {
            spec.commandLine().getErr().println("parley verify: " + told(e));
            return UNUSABLE;
        }
    }

    private static String told(Exception e) {
        List<String> parts = new ArrayList<>();
        parts.add(
                e instanceof java.nio.file.NoSuchFileException missing
                        ? "there is no file " + missing.getFile()
                        : String.valueOf(e.getMessage()));
        if (e.getCause() != null && e.getCause().getMessage() != null) {
            parts.add(e.getCause().getMessage().lines().findFirst().orElse(""));
        }
        return String.join(": ", parts);
    }
}

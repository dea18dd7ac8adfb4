package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code parley policy}: the whole policy as one YAML file, so that it can live in git. */
@Command(
        name = "parley policy",
        description = "Exports the policy as one YAML file, compares it with one, and applies one.",
        mixinStandardHelpOptions = true,
        versionProvider = ChatCommand.Version.class,
        sortOptions = false,
        synopsisSubcommandLabel = "(export | diff | apply)",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:exported, applied, or no difference",
            "1:there are differences (diff, and apply --dry-run)",
            "2:the command line makes no sense, or the file cannot be read or written",
            "3:cannot connect or sign in",
            "4:the service refused: no administrator, a policy that does not hold, or a fault"
        })
public final class PolicyCommand {

    static final int DIFFERENT = 1;
    static final int REFUSED = 4;
    private static final String YAML = "application/yaml";

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    /** Where the service is, and who asks. */
    static final class Access {

        @Option(
                names = "--url",
                paramLabel = "URL",
                defaultValue = "${env:PARLEY_URL:-http://localhost:8080}",
                description =
                        "Address of the gateway (PARLEY_URL; default: http://localhost:8080).")
        @SuppressWarnings("NullAway.Init")
        URI url;

        @Option(names = "--user", paramLabel = "NAME", description = "User name for the sign-in.")
        @Nullable String user;

        @Option(
                names = "--password",
                paramLabel = "PASSWORD",
                defaultValue = "${env:PARLEY_PASSWORD}",
                description = "Password (PARLEY_PASSWORD).")
        @Nullable String password;

        @Option(
                names = "--token",
                paramLabel = "JWT",
                defaultValue = "${env:PARLEY_TOKEN}",
                description = "A token instead of a sign-in (PARLEY_TOKEN).")
        @Nullable String token;
    }

    @FunctionalInterface
    private interface Call {
        int make(Gateway gateway) throws IOException, InterruptedException;
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** For {@link #main} and for tests of the services. */
    public static CommandLine commandLine() {
        return new CommandLine(new PolicyCommand())
                .setParameterExceptionHandler((wrong, args) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println(wrong.getMessage());
                    err.println("parley policy --help lists the commands and options.");
                    return ExitCode.USAGE;
                });
    }

    @Command(
            name = "export",
            description = "Writes the policy as YAML, the same bytes for the same policy.",
            mixinStandardHelpOptions = true)
    int export(
            @CommandLine.Mixin Access access,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FILE",
                            description = "Where to; without it to the standard output.")
                    @Nullable Path output) {
        return call(
                access,
                gateway -> {
                    byte[] yaml = gateway.download("/api/admin/policy");
                    if (output == null) {
                        PrintWriter out = spec.commandLine().getOut();
                        out.print(new String(yaml, StandardCharsets.UTF_8));
                        out.flush();
                        return ExitCode.DONE;
                    }
                    try {
                        Files.write(output, yaml);
                        return ExitCode.DONE;
                    } catch (IOException e) {
                        return unusable(output + " cannot be written.");
                    }
                });
    }

    @Command(
            name = "diff",
            description = "Tells what applying the file would change.",
            mixinStandardHelpOptions = true)
    int diff(
            @CommandLine.Mixin Access access,
            @Parameters(paramLabel = "FILE", description = "The policy; - is the standard input.")
                    String file,
            @Option(names = "--prune", description = "As of apply.") boolean prune) {
        byte[] yaml = read(file);
        return call(access, gateway -> compare(gateway, yaml, prune));
    }

    @Command(
            name = "apply",
            description = "Makes the policy what the file says, all of it or nothing.",
            mixinStandardHelpOptions = true)
    int apply(
            @CommandLine.Mixin Access access,
            @Parameters(paramLabel = "FILE", description = "The policy; - is the standard input.")
                    String file,
            @Option(
                            names = "--prune",
                            description =
                                    "Remove what the file does not name; blocks, accepted tools and"
                                            + " the greeting only if it has such a section.")
                    boolean prune,
            @Option(names = "--dry-run", description = "Change nothing; the same as diff.")
                    boolean dryRun) {
        byte[] yaml = read(file);
        return call(
                access,
                gateway -> {
                    if (dryRun) {
                        return compare(gateway, yaml, prune);
                    }
                    show(gateway.send("PUT", "/api/admin/policy?prune=" + prune, YAML, yaml));
                    return ExitCode.DONE;
                });
    }

    private int compare(Gateway gateway, byte[] yaml, boolean prune)
            throws IOException, InterruptedException {
        return show(gateway.send("POST", "/api/admin/policy/diff?prune=" + prune, YAML, yaml)) > 0
                ? DIFFERENT
                : ExitCode.DONE;
    }

    /** Prints the changes and counts them. */
    private int show(byte[] answer) throws IOException {
        JsonNode changes;
        try {
            changes = Json.tree(answer).path("changes");
        } catch (UnreadableRecordException e) {
            throw new IOException("the answer is not JSON", e);
        }
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode change : changes) {
            PolicyDifference.lines(change).forEach(line -> out.println(Screens.printable(line)));
        }
        out.flush();
        return changes.size();
    }

    private byte[] read(String file) {
        try {
            if (file.equals("-")) {
                InputStream in = System.in;
                return in.readAllBytes();
            }
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), file + " cannot be read.");
        }
    }

    private int call(Access access, Call call) {
        if (access.url.getHost() == null
                || access.url.getScheme() == null
                || !access.url.getScheme().matches("https?")) {
            throw new ParameterException(
                    spec.commandLine(), "--url must be like http://localhost:8080");
        }
        String token = access.token == null || access.token.isBlank() ? null : access.token;
        if (token == null && (access.user == null || access.password == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Who are you? Give --user and --password (or PARLEY_PASSWORD), or --token.");
        }
        Gateway gateway = new Gateway(access.url, token == null ? null : token.strip());
        PrintWriter err = spec.commandLine().getErr();
        try {
            if (token == null && access.user != null && access.password != null) {
                gateway.signIn(access.user, access.password);
            }
            return call.make(gateway);
        } catch (RefusedException e) {
            String message = e.getMessage();
            err.println(
                    Screens.printable(
                            (message == null || message.isBlank() ? "Refused." : message)
                                    + " ["
                                    + e.code().code()
                                    + "]"));
            return e.status() == 401 ? ExitCode.UNREACHABLE : REFUSED;
        } catch (IOException e) {
            err.println("Cannot reach " + gateway.url() + ". Is it running?");
            return ExitCode.UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        } finally {
            err.flush();
        }
    }

    private int unusable(String reason) {
        spec.commandLine().getErr().println(reason);
        return ExitCode.USAGE;
    }
}

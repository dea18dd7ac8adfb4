package dev.parley.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code parley chat}. */
@Command(
        name = "parley chat",
        description =
                "Chats in the terminal. Ctrl-C stops a running answer, and leaves when none runs.",
        mixinStandardHelpOptions = true,
        versionProvider = ChatCommand.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the answer is complete, or you left",
            "1:an error ended the answer",
            "2:the command line makes no sense",
            "3:cannot connect or sign in, or the connection was ended for good",
            "130:Ctrl-C before the end of --once"
        })
final class ChatCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:PARLEY_URL:-http://localhost:8080}",
            description = "Address of the gateway (PARLEY_URL; default: http://localhost:8080).")
    @SuppressWarnings("NullAway.Init")
    URI url;

    @Option(names = "--user", paramLabel = "NAME", description = "User name for the sign-in.")
    @Nullable String user;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            defaultValue = "${env:PARLEY_PASSWORD}",
            description = "Password (PARLEY_PASSWORD; asked for in a terminal).")
    @Nullable String password;

    @Option(
            names = "--token",
            paramLabel = "JWT",
            defaultValue = "${env:PARLEY_TOKEN}",
            description = "A token instead of a sign-in (PARLEY_TOKEN).")
    @Nullable String token;

    @Option(
            names = "--conversation",
            paramLabel = "ID",
            description = "Go on with this conversation.")
    @Nullable String conversation;

    @Option(names = "--model", paramLabel = "NAME", description = "Model to ask for.")
    @Nullable String model;

    @Option(names = "--sse", description = "Server-sent events instead of a WebSocket.")
    boolean sse;

    @Option(
            names = "--once",
            paramLabel = "TEXT",
            description = "Ask this, print only the answer, and leave; for scripts.")
    @Nullable String once;

    @Option(names = "--json", description = "Print every frame as a line of JSON.")
    boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Longest wait for the end of one answer (default: ${DEFAULT-VALUE}).")
    int timeoutS;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ChatCommand())
                .setParameterExceptionHandler((wrong, args) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println(wrong.getMessage());
                    err.println("parley chat --help lists the options.");
                    return ExitCode.USAGE;
                });
    }

    @Override
    public Integer call() throws InterruptedException {
        if (timeoutS < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout must be at least 1");
        }
        if (url.getHost() == null
                || url.getScheme() == null
                || !url.getScheme().matches("https?")) {
            throw new ParameterException(
                    spec.commandLine(), "--url must be like http://localhost:8080");
        }
        Gateway gateway = new Gateway(url, token == null || token.isBlank() ? null : token.strip());
        PrintWriter err = spec.commandLine().getErr();
        if (gateway.authorization() == null) {
            Integer failed = signIn(gateway, err);
            if (failed != null) {
                return failed;
            }
        }
        return chat(gateway, spec.commandLine().getOut(), err);
    }

    private int chat(Gateway gateway, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        boolean terminal = console() != null;
        BlockingQueue<Event> events = new LinkedBlockingQueue<>(Chat.EVENTS_MAX);
        Connector connector = sse ? EventStreamLink::open : WebSocketLink::open;
        Line line = new Line(gateway, connector, events, new BackOff(new SecureRandom()));
        Settings settings =
                new Settings(conversation, model, once == null, Duration.ofSeconds(timeoutS));
        // A pipe is read a line at a time; a person may type a command while an answer runs.
        Semaphore turns = new Semaphore(0);
        Chat chat =
                new Chat(
                        settings,
                        gateway,
                        line,
                        screen(out, err, terminal),
                        events,
                        turns::release);
        if (once != null) {
            events.put(new Event.LineTyped(once));
            events.put(new Event.InputEnded());
        } else {
            Thread.ofPlatform()
                    .daemon()
                    .name("keyboard")
                    .start(() -> readLines(events, terminal ? null : turns));
        }
        Signal.handle(new Signal("INT"), signal -> events.offer(new Event.Interrupted()));
        return chat.run();
    }

    private Screen screen(PrintWriter out, PrintWriter err, boolean terminal) {
        if (json) {
            return Screens.frames(out, err);
        }
        if (once != null) {
            return Screens.answerOnly(out, err, terminal);
        }
        return Screens.terminal(out, terminal && System.getenv("NO_COLOR") == null);
    }

    private @Nullable Integer signIn(Gateway gateway, PrintWriter err) throws InterruptedException {
        Console console = console();
        String name = user;
        if (name == null && console != null && once == null) {
            name = console.readLine("User name: ");
        }
        String secret = password;
        if (name != null && secret == null && console != null) {
            char[] typed = console.readPassword("Password: ");
            secret = typed == null ? null : new String(typed);
        }
        if (name == null || secret == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Who are you? Give --user and --password (or PARLEY_PASSWORD), or --token.");
        }
        try {
            gateway.signIn(name, secret);
            return null;
        } catch (RefusedException e) {
            err.println(
                    Screens.printable(
                            e.status() == 401 ? "User name or password is wrong." : Advice.of(e)));
        } catch (IOException e) {
            err.println(
                    "Cannot reach "
                            + gateway.url()
                            + ". Is it running? --url names another address.");
        }
        err.flush();
        return ExitCode.UNREACHABLE;
    }

    private static void readLines(BlockingQueue<Event> events, @Nullable Semaphore turns) {
        Charset charset =
                Charset.forName(
                        System.getProperty("stdin.encoding", Charset.defaultCharset().name()));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, charset))) {
            while (true) {
                if (turns != null) {
                    turns.acquire();
                }
                String line = lines.readLine();
                if (line == null) {
                    break;
                }
                events.put(new Event.LineTyped(line));
            }
            events.put(new Event.InputEnded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable Console console() {
        Console console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = ChatCommand.class.getPackage().getImplementationVersion();
            return new String[] {"parley " + (version == null ? "development build" : version)};
        }
    }
}

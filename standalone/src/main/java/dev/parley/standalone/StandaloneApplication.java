package dev.parley.standalone;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./parley run}: everything in this JVM until a signal ends it. */
@Command(
        name = "parley run",
        description = "Runs the whole in one process, with its own Kafka and PostgreSQL.",
        mixinStandardHelpOptions = true,
        versionProvider = StandaloneApplication.Version.class,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:help or version was shown",
            "1:a fault of ours; see logs/parley.log in the data folder",
            "2:the command line is wrong",
            "3:another run uses the data folder",
            "4:a port is taken",
            "5:the data folder cannot be used, or its disk is full",
            "6:the Java that runs is too old",
            "7:the broker, the database or a service did not start",
            "8:the broker gave up while running",
            "130, 143:stopped by Ctrl-C, by SIGTERM"
        })
public final class StandaloneApplication implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:PARLEY_DATA:-data}",
            description = "Folder that keeps everything (default: ./data).")
    private Path data = Path.of("data");

    @Option(
            names = "--fresh",
            description = "Begin empty: delete what earlier runs left in the data folder.")
    private boolean fresh;

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "${env:PARLEY_ADDRESS:-127.0.0.1}",
            description =
                    "Where to listen (default: this machine alone; 0.0.0.0 for all its networks).")
    private String address = LoopbackPorts.ADDRESS;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "${env:PARLEY_PORT:-8080}",
            description = "Port of the page and of the chat (default: 8080; 0 takes a free one).")
    private int port;

    @Option(
            names = "--management-port",
            paramLabel = "N",
            defaultValue = "${env:PARLEY_MANAGEMENT_PORT:-9080}",
            description = "Port of health and metrics (default: 9080; 0 takes a free one).")
    private int managementPort;

    @Option(names = "--verbose", description = "Show the log on the terminal as well.")
    private boolean verbose;

    /** For whoever wants a start and nothing more: the preparation of the JVM's class cache. */
    @Option(names = "--until-ready", hidden = true)
    private boolean untilReady;

    @Spec private CommandSpec spec = CommandSpec.create();

    public static void main(String[] arguments) {
        CommandLine command =
                new CommandLine(new StandaloneApplication())
                        .setParameterExceptionHandler(StandaloneApplication::misused)
                        .setExecutionExceptionHandler(StandaloneApplication::refuse);
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        RunSettings settings =
                new RunSettings(data, fresh, address, port, managementPort, System.getenv());
        DataFolder folder = DataFolder.open(settings.data(), settings.fresh());
        logTo(folder.logs());
        PrintWriter out = spec.commandLine().getOut();
        RunningParts parts = new RunningParts();
        endWithASentenceWhenTheBrokerGivesUp(folder);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform().name("shutdown").unstarted(() -> stop(parts, out)));
        Welcome welcome = new Welcome(out, Version.text());
        welcome.starting(folder.root());
        Standalone standalone =
                Standalone.start(settings, folder, Services.all(), parts, welcome::phase);
        welcome.ready(standalone, settings, folder.logs());
        if (!untilReady) {
            new CountDownLatch(1).await();
        }
        return ExitCode.OK.status();
    }

    private static void stop(RunningParts parts, PrintWriter out) {
        if (parts.stop()) {
            out.println("Parley has stopped.");
            out.flush();
        }
    }

    /** Must run before the first logger is made. */
    private void logTo(Path logs) {
        System.setProperty("parley.log.folder", logs.toString());
        if (verbose) {
            System.setProperty("parley.log.terminal", "INFO");
            System.setProperty("parley.log.terminal.all", "INFO");
            System.setProperty("parley.log.terminal.trace", "%ex");
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /**
     * The broker ends the process when it can no longer keep its promises; nothing that it was
     * asked to write after that is acknowledged, so ending at once loses nothing.
     */
    private static void endWithASentenceWhenTheBrokerGivesUp(DataFolder folder) {
        Exit.Procedure end =
                (status, message) -> {
                    long free = folder.root().toFile().getUsableSpace() >> 20;
                    System.err.println(
                            "Parley stops: Kafka cannot write "
                                    + folder.kafka()
                                    + " any more ("
                                    + free
                                    + " MB are free on its disk); make room and start again."
                                    + " The log in "
                                    + folder.logs()
                                    + " says more.");
                    Runtime.getRuntime().halt(ExitCode.BROKER_LOST.status());
                };
        Exit.setExitProcedure(end);
        Exit.setHaltProcedure(end);
    }

    private static int misused(CommandLine.ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        command.getErr().println(thrown.getMessage() + "; see ./parley run --help.");
        return ExitCode.USAGE.status();
    }

    private static int refuse(
            Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
        if (thrown instanceof StartFailure failure) {
            command.getErr().println("Parley does not start: " + failure.getMessage());
            return failure.exitCode().status();
        }
        command.getErr().println("Parley ends with a fault of its own: " + thrown);
        return ExitCode.FAULT.status();
    }

    /** Of the jar; "development" where there is none. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"parley " + text()};
        }

        static String text() {
            String version = StandaloneApplication.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }
    }
}

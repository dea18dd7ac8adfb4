package dev.parley.bench;

import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.Answers;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.bench.report.Result;
import dev.parley.bench.system.BenchFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./parley bench}: without a subcommand, every benchmark in its quick form. */
@Command(
        name = "parley bench",
        description =
                "Measures Parley and writes a page with the figures. Without a command: start,"
                        + " first-token, tax and trace, in some minutes. Keep the machine quiet"
                        + " meanwhile.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured, and nothing was lost",
            "1:an answer was lost, doubled or changed, or failed; the report says which",
            "2:the command line is wrong",
            "3:it could not be measured"
        })
public final class BenchCommand implements Callable<Integer> {

    private static final int EXIT_USAGE = 2;
    private static final int EXIT_NOT_MEASURED = 3;
    private static final int IDLE_SECONDS = 20;

    @Mixin private BenchOptions options = new BenchOptions();
    @Mixin private TraceOptions trace = new TraceOptions();
    @Spec private CommandSpec spec = CommandSpec.create();

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchCommand())
                .setParameterExceptionHandler(BenchCommand::misused)
                .setExecutionExceptionHandler(BenchCommand::refuse);
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        FirstTokenOptions firstToken = CommandLine.populateCommand(new FirstTokenOptions());
        TaxOptions tax = CommandLine.populateCommand(new TaxOptions());
        BenchRun run = new BenchRun(options, out);
        if (options.running() == null) {
            run.start(IDLE_SECONDS);
        }
        List<BenchRun.InLab> benchmarks = new ArrayList<>();
        benchmarks.add(
                (lab, say) -> new FirstTokenBench(lab, firstToken.plan(options.seed()), say).run());
        benchmarks.add(
                (lab, say) -> new StreamingTaxBench(lab, tax.plan(options.seed()), say).run());
        if (trace.isThere(options.root())) {
            benchmarks.add(
                    (lab, say) -> new TraceBench(lab, trace.plan(options.root()), say).run());
        } else {
            out.println("There is no trace, so real traffic is left out; --trace names one.");
        }
        run.inLab(benchmarks);
        return run.finish();
    }

    @Command(
            name = "start",
            description = "Time from the start of the process to the page, and memory at rest.",
            mixinStandardHelpOptions = true)
    int start(
            @Mixin BenchOptions options,
            @Option(
                            names = "--idle",
                            paramLabel = "SECONDS",
                            defaultValue = "20",
                            description = "Rest before memory is read (default: ${DEFAULT-VALUE}).")
                    int idleSeconds)
            throws InterruptedException {
        BenchRun run = new BenchRun(options, spec.commandLine().getOut());
        run.start(idleSeconds);
        return run.finish();
    }

    @Command(
            name = "first-token",
            aliases = "ttft",
            description = "Added time to the first token, beside three bare hops of the broker.",
            mixinStandardHelpOptions = true)
    int firstToken(@Mixin BenchOptions options, @Mixin FirstTokenOptions how)
            throws InterruptedException {
        return alone(
                options,
                (lab, say) -> new FirstTokenBench(lab, how.plan(options.seed()), say).run());
    }

    @Command(
            name = "tax",
            description = "Response time of paced answers, many at once, against direct.",
            mixinStandardHelpOptions = true)
    int tax(@Mixin BenchOptions options, @Mixin TaxOptions how) throws InterruptedException {
        return alone(
                options,
                (lab, say) -> new StreamingTaxBench(lab, how.plan(options.seed()), say).run());
    }

    @Command(
            name = "trace",
            description =
                    "Real traffic, faster than recorded, and every answer looked up afterwards.",
            mixinStandardHelpOptions = true)
    int trace(@Mixin BenchOptions options, @Mixin TraceOptions how) throws InterruptedException {
        // Before anything is started: an absent file is told at once.
        TraceBench.Plan plan = how.plan(options.root());
        return alone(options, (lab, say) -> new TraceBench(lab, plan, say).run());
    }

    @Command(
            name = "idle",
            description = "Memory of a gateway for each connection that says nothing.",
            mixinStandardHelpOptions = true)
    int idle(
            @Mixin BenchOptions options,
            @Option(
                            names = "--connections",
                            paramLabel = "N",
                            defaultValue = "15000",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int connections)
            throws InterruptedException {
        return sessions(options, (lab, say) -> new IdleBench(lab, connections, say).run());
    }

    @Command(
            name = "resume",
            description = "Clients that come back to another gateway, also after a kill.",
            mixinStandardHelpOptions = true)
    int resume(
            @Mixin BenchOptions options,
            @Option(
                            names = "--clients",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At once (default: ${DEFAULT-VALUE}).")
                    int clients,
            @Option(
                            names = "--missed",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "Tokens that each missed (default: ${DEFAULT-VALUE}).")
                    int missed,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "5",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int rounds)
            throws InterruptedException {
        return sessions(
                options, (lab, say) -> new ResumeBench(lab, clients, missed, rounds, say).run());
    }

    @Command(
            name = "drain",
            description = "A gateway with many clients stops; how fast they come to another.",
            mixinStandardHelpOptions = true)
    int drain(
            @Mixin BenchOptions options,
            @Option(
                            names = "--connections",
                            paramLabel = "N",
                            defaultValue = "2000",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int connections)
            throws InterruptedException {
        return sessions(options, (lab, say) -> new DrainBench(lab, connections, say).run());
    }

    @Command(
            name = "live",
            description = "Sessions that hold a lane each or share them, and their own answers.",
            mixinStandardHelpOptions = true)
    int live(
            @Mixin BenchOptions options,
            @Option(
                            names = "--sessions",
                            paramLabel = "N",
                            defaultValue = "5000",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int sessions,
            @Option(
                            names = "--lanes",
                            paramLabel = "N",
                            defaultValue = "64",
                            description =
                                    "Lanes that the gateway makes ahead (default: ${DEFAULT-VALUE}).")
                    int lanes)
            throws InterruptedException {
        return sessions(options, (lab, say) -> new LiveBench(lab, sessions, lanes, say).run());
    }

    @Command(
            name = "slow-readers",
            description = "Clients that stop reading in the middle of answers, and their cost.",
            mixinStandardHelpOptions = true)
    int slowReaders(
            @Mixin BenchOptions options,
            @Option(
                            names = "--readers",
                            paramLabel = "N",
                            defaultValue = "200",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int readers,
            @Option(
                            names = "--tokens",
                            paramLabel = "N",
                            defaultValue = "2000",
                            description = "Of each answer (default: ${DEFAULT-VALUE}).")
                    int tokens)
            throws InterruptedException {
        return sessions(
                options, (lab, say) -> new SlowReadersBench(lab, readers, tokens, say).run());
    }

    private interface InSessionLab {
        Result run(SessionLab lab, Progress progress) throws InterruptedException;
    }

    private int sessions(BenchOptions options, InSessionLab benchmark) throws InterruptedException {
        return alone(
                options, (lab, say) -> benchmark.run(new SessionLab(lab, options.root()), say));
    }

    @Command(
            name = "provider",
            description = "The fake OpenAI-compatible provider alone, until it is stopped.",
            mixinStandardHelpOptions = true)
    int provider(
            @Option(
                            names = "--port",
                            paramLabel = "N",
                            defaultValue = "8090",
                            description = "Default: ${DEFAULT-VALUE}.")
                    int port,
            @Option(
                            names = "--tokens",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "Of an answer (default: ${DEFAULT-VALUE}).")
                    int tokens,
            @Option(
                            names = "--pace",
                            paramLabel = "TOKENS",
                            defaultValue = "50",
                            description =
                                    "Tokens a second; 0: at once (default: ${DEFAULT-VALUE}).")
                    double pace)
            throws IOException, InterruptedException {
        AnswerPlan unplanned = new AnswerPlan("unplanned", tokens, pace);
        try (FakeProvider provider = FakeProvider.start(port, new Answers("provider"), unplanned)) {
            spec.commandLine().getOut().println("PARLEY_MODEL_BASE_URL=" + provider.baseUrl());
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
            return 0;
        }
    }

    private int alone(BenchOptions options, BenchRun.InLab benchmark) throws InterruptedException {
        BenchRun run = new BenchRun(options, spec.commandLine().getOut());
        run.inLab(List.of(benchmark));
        return run.finish();
    }

    private static int misused(CommandLine.ParameterException thrown, String[] arguments) {
        thrown.getCommandLine()
                .getErr()
                .println(thrown.getMessage() + "; see ./parley bench --help.");
        return EXIT_USAGE;
    }

    private static int refuse(
            Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
        if (thrown instanceof BenchFailure || thrown instanceof IOException) {
            command.getErr().println("Not measured: " + thrown.getMessage());
        } else {
            command.getErr().println("Not measured, a fault of the benchmark: ");
            thrown.printStackTrace(command.getErr());
        }
        return EXIT_NOT_MEASURED;
    }
}

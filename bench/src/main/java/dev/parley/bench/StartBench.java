package dev.parley.bench;

import dev.parley.bench.load.ChatStream;
import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.load.Tokens;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.Answers;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.bench.report.Result;
import dev.parley.bench.system.BenchFailure;
import dev.parley.bench.system.ProcessFigures;
import dev.parley.bench.system.SystemUnderTest;
import dev.parley.bench.system.Target;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How long the one-command run takes until its page answers, and what it costs to leave it there.
 */
final class StartBench {

    private static final int ANSWER_SECONDS_MAX = 60;

    private final BenchOptions options;
    private final Duration idle;
    private final Progress progress;

    StartBench(BenchOptions options, Duration idle, Progress progress) {
        this.options = options;
        this.idle = idle;
        this.progress = progress;
    }

    Result.Start run() throws InterruptedException {
        Answers answers = new Answers("start");
        EventLoop loop = EventLoop.start("load");
        try (loop;
                FakeProvider provider =
                        FakeProvider.start(0, answers, new AnswerPlan("unplanned", 20, 0))) {
            progress.say("start: on an empty folder");
            SystemUnderTest.Launch launch = options.launch(provider.baseUrl());
            long began = System.nanoTime();
            try (SystemUnderTest system = SystemUnderTest.start(launch)) {
                double firstMs = ms(system.untilPage());
                firstAnswer(loop, answers, system.target());
                double answerMs = ms(Duration.ofNanos(System.nanoTime() - began));
                progress.say("start: page after %.0f ms; idle", firstMs);
                TimeUnit.MILLISECONDS.sleep(idle.toMillis());
                Optional<ProcessFigures.Memory> memory = ProcessFigures.memory(system.pid());
                @Nullable Double idleCores = idleCores(system.pid());
                progress.say("start: on the folder that it left");
                system.restart();
                return new Result.Start(
                        firstMs,
                        answerMs,
                        ms(system.untilPage()),
                        (int) idle.toSeconds(),
                        memory.map(ProcessFigures.Memory::residentMib).orElse(null),
                        memory.map(ProcessFigures.Memory::treeMib).orElse(null),
                        idleCores,
                        ProcessFigures.javaOptions(system.pid()));
            }
        } catch (IOException e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static void firstAnswer(EventLoop loop, Answers answers, Target target)
            throws InterruptedException {
        String token = new Tokens(target.secret(), Clock.systemUTC()).of("first");
        try {
            Stream stream =
                    ChatStream.open(loop, target.socketAddress(), "first", token, path -> {})
                            .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            Exchange exchange =
                    stream.ask(answers.plan(20, 0), 200).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            stream.close();
            if (exchange.outcome() != Exchange.Outcome.DONE) {
                throw new BenchFailure("The first chat failed: " + exchange.detail());
            }
        } catch (ExecutionException e) {
            throw new BenchFailure("The first chat failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new BenchFailure(
                    "The first chat was not answered within " + ANSWER_SECONDS_MAX + " s", e);
        }
    }

    private static @Nullable Double idleCores(long pid) throws InterruptedException {
        Cores cores = new Cores(pid);
        cores.start();
        TimeUnit.SECONDS.sleep(5);
        cores.stop();
        return cores.ofSystem();
    }

    private static double ms(Duration duration) {
        return Math.round(duration.toNanos() / 1e5) / 10.0;
    }
}

package dev.parley.bench;

import dev.parley.bench.load.Exchange;
import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import dev.parley.bench.trace.History;
import dev.parley.bench.trace.Schedule;
import dev.parley.bench.trace.TracePlay;
import dev.parley.bench.trace.TracePlay.Played;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Plays the trace and checks that nothing was lost, doubled or changed. */
final class TraceBench {

    private static final Duration STORED_MAX = Duration.ofSeconds(60);
    private static final Duration STORED_POLL = Duration.ofMillis(250);

    /** After the last terminal: whatever else still comes would be one too many. */
    private static final Duration STRAY_FRAMES = Duration.ofMillis(500);

    /** Users of other benchmarks of a run have smaller numbers. */
    private static final int FIRST_USER = 1_000_000;

    private final Lab lab;
    private final Plan plan;
    private final Progress progress;

    /**
     * What to play.
     *
     * @param warmUp requests from the beginning of the trace, played once before
     */
    record Plan(
            String file,
            Schedule schedule,
            double tokensPerSecond,
            int users,
            int turns,
            int promptCharsMax,
            int warmUp) {}

    TraceBench(Lab lab, Plan plan, Progress progress) {
        this.lab = lab;
        this.plan = plan;
        this.progress = progress;
    }

    Result.Trace run() throws InterruptedException {
        Schedule schedule = plan.schedule();
        if (plan.warmUp() > 0) {
            progress.say("trace: warm-up with %d requests", plan.warmUp());
            play(schedule.first(plan.warmUp()), FIRST_USER * 2).run();
        }
        progress.say(
                "trace: %d requests, %.0f s at %.3g × real time",
                schedule.size(), schedule.length().toMillis() / 1e3, schedule.speedUp());
        TracePlay play = play(schedule, FIRST_USER);
        Cores cores = new Cores(lab.target().pid());
        cores.start();
        List<Played> played = play.run();
        cores.stop();
        TimeUnit.MILLISECONDS.sleep(STRAY_FRAMES.toMillis());
        progress.say("trace: %d of %d ended; looking them up", played.size(), schedule.size());
        return result(schedule, play, played, cores);
    }

    private TracePlay play(Schedule schedule, int firstUser) {
        return new TracePlay(
                lab.loop(),
                lab.answers(),
                new TracePlay.Settings(
                        schedule,
                        plan.tokensPerSecond(),
                        plan.users(),
                        plan.turns(),
                        plan.promptCharsMax(),
                        Duration.ofMinutes(2)),
                user -> lab.chat(lab.user(firstUser + user), path -> {}));
    }

    private Result.Trace result(Schedule schedule, TracePlay play, List<Played> played, Cores cores)
            throws InterruptedException {
        List<Exchange> exchanges = played.stream().map(Played::exchange).toList();
        List<Exchange> done = Outcomes.done(exchanges);
        List<String> failures = new ArrayList<>(Outcomes.failures("trace", exchanges));
        if (exchanges.size() < schedule.size()) {
            failures.add(
                    "trace: "
                            + (schedule.size() - exchanges.size())
                            + " of "
                            + schedule.size()
                            + " requests did not end in time");
        }
        Result.TraceChecks checks = checks(schedule, exchanges, failures);
        long lastNanos =
                exchanges.stream().mapToLong(Exchange::endNanos).max().orElse(play.startNanos());
        double seconds = Math.max(1e-9, (lastNanos - play.startNanos()) / 1e9);
        long tokens = done.stream().mapToLong(e -> e.answer().plan().tokens()).sum();
        return new Result.Trace(
                plan.file(),
                schedule.size(),
                schedule.speedUp(),
                plan.tokensPerSecond(),
                round(schedule.recorded().toNanos() / 1e9 / seconds),
                round(seconds),
                round(done.size() / seconds),
                round(tokens / seconds),
                play.users(),
                play.runningMax(),
                distribution(done, Exchange::toFirstTokenNanos),
                distribution(done, Exchange::toAcceptedNanos),
                distribution(done, Exchange::toEndNanos),
                Distribution.ofNanos(played.stream().map(Played::lagNanos).toList()),
                checks,
                cores.ofSystem(),
                cores.ofBench(),
                TraceSeconds.of(exchanges, play.startNanos()),
                failures);
    }

    private Result.TraceChecks checks(
            Schedule schedule, List<Exchange> exchanges, List<String> failures)
            throws InterruptedException {
        int done = count(exchanges, Exchange.Outcome.DONE);
        int errors = count(exchanges, Exchange.Outcome.ERROR);
        int accepted = (int) exchanges.stream().filter(e -> e.messageId() != null).count();
        int callsExtra =
                exchanges.stream().mapToInt(e -> Math.max(0, e.answer().calls() - 1)).sum();
        History history = new History(lab.target().address(), lab::token);
        long began = System.nanoTime();
        List<Exchange> open =
                exchanges.stream().filter(e -> e.outcome() == Exchange.Outcome.DONE).toList();
        int stored = 0;
        int twice = 0;
        while (true) {
            History.Finding finding = history.look(open);
            stored += finding.stored();
            twice += finding.twice();
            open = finding.missing();
            boolean outOfTime = System.nanoTime() - began > STORED_MAX.toNanos();
            if (open.isEmpty() || outOfTime || finding.twice() > 0) {
                finding.faults().forEach(fault -> failures.add("trace: " + fault));
                break;
            }
            TimeUnit.MILLISECONDS.sleep(STORED_POLL.toMillis());
        }
        return new Result.TraceChecks(
                schedule.size(),
                accepted,
                done,
                errors,
                done + errors,
                stored,
                twice,
                round((System.nanoTime() - began) / 1e6),
                callsExtra);
    }

    private static int count(List<Exchange> exchanges, Exchange.Outcome outcome) {
        return (int) exchanges.stream().filter(each -> each.outcome() == outcome).count();
    }

    private static Distribution distribution(
            List<Exchange> exchanges, ToLongFunction<Exchange> time) {
        return Distribution.ofNanos(exchanges.stream().map(time::applyAsLong).toList());
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}

package dev.parley.bench;

import dev.parley.bench.load.ClosedLoop;
import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import dev.parley.bench.system.BareHops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The time that the pipeline adds to the first token: the same questions direct and through it, in
 * turns, and between them what three hops of its broker cost alone.
 */
final class FirstTokenBench {

    /** Streams that a single asker takes in turn. */
    private static final int CONVERSATIONS_MIN = 25;

    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);
    private static final Duration PAUSE_A_STREAM = Duration.ofMillis(20);

    private final Lab lab;
    private final Plan plan;
    private final Progress progress;
    private final List<String> failures = new ArrayList<>();
    private int usersTaken;

    /**
     * What to measure.
     *
     * @param streams how many people ask at once, one measurement each
     * @param samples of each way at each number of streams, at least; more with many streams
     * @param warmUp exchanges of each way before, not counted
     * @param rounds in which the ways take turns
     */
    record Plan(
            List<Integer> streams,
            int samples,
            int warmUp,
            int rounds,
            Askers.Load load,
            long seed) {}

    FirstTokenBench(Lab lab, Plan plan, Progress progress) {
        this.lab = lab;
        this.plan = plan;
        this.progress = progress;
    }

    Result.FirstToken run() throws InterruptedException {
        List<Result.FirstTokenAt> at = new ArrayList<>();
        for (int streams : plan.streams()) {
            at.add(measure(streams));
        }
        String load =
                String.format(
                        Locale.ROOT,
                        "answers of %d tokens, %s; questions of about %d characters; each person"
                                + " pauses for an exponentially distributed time, 20 ms a stream"
                                + " and at most 1 s on average; %d rounds in turns; warm-up %d"
                                + " exchanges a way",
                        plan.load().tokens(),
                        plan.load().tokensPerSecond() == 0
                                ? "at once"
                                : plan.load().tokensPerSecond() + " a second",
                        plan.load().promptChars(),
                        plan.rounds(),
                        plan.warmUp());
        return new Result.FirstToken(load, at, List.copyOf(failures));
    }

    private Result.FirstTokenAt measure(int streams) throws InterruptedException {
        progress.say("first token, %d streams: opening", streams);
        int connections = Math.max(streams, CONVERSATIONS_MIN);
        List<Stream> chats = lab.chats(usersTaken, connections, path -> {});
        usersTaken += connections;
        List<Stream> directs = lab.direct(streams, path -> {});
        Askers askers = new Askers(lab.answers(), plan.load());
        Way<Exchange> pipeline = new Way<>(askers.over(chats, streams));
        Way<Exchange> direct = new Way<>(askers.over(directs, streams));
        String broker = lab.target().bootstrapServers();
        try (BareHops hops = broker == null ? null : BareHops.start(broker, streams, lab.loop())) {
            return rounds(streams, direct, pipeline, hops == null ? null : bare(hops, streams));
        } finally {
            chats.forEach(Stream::close);
            directs.forEach(Stream::close);
        }
    }

    private Result.FirstTokenAt rounds(
            int streams, Way<Exchange> direct, Way<Exchange> pipeline, @Nullable Way<Long> bare)
            throws InterruptedException {
        Duration pause = pause(streams);
        // One that pauses a second must have asked some times before and some times in each round.
        int warmUp = Math.max(plan.warmUp(), streams * 2);
        int each = Math.max(plan.samples(), streams * 6) / plan.rounds();
        progress.say("first token, %d streams: warm-up", streams);
        direct.run(warmUp, pause);
        List<Exchange> warm = pipeline.run(warmUp, pause);
        failures.addAll(Outcomes.failures("warm-up, " + streams + " streams", warm));
        if (bare != null) {
            bare.run(warmUp, pause);
        }
        List<Exchange> directs = new ArrayList<>();
        List<Exchange> pipelines = new ArrayList<>();
        Histogram bares = Distribution.histogram();
        Cores cores = new Cores(lab.target().pid());
        double seconds = 0;
        for (int round = 1; round <= plan.rounds(); round++) {
            progress.say("first token, %d streams: round %d", streams, round);
            directs.addAll(direct.run(each, pause));
            cores.start();
            long began = System.nanoTime();
            pipelines.addAll(pipeline.run(each, pause));
            seconds += (System.nanoTime() - began) / 1e9;
            cores.stop();
            if (bare != null) {
                bare.run(each, pause).forEach(bares::recordValue);
            }
        }
        failures.addAll(Outcomes.failures("direct, " + streams + " streams", directs));
        failures.addAll(Outcomes.failures("pipeline, " + streams + " streams", pipelines));
        return new Result.FirstTokenAt(
                streams,
                Math.round(10 * pipelines.size() / seconds) / 10.0,
                firstTokens(directs),
                firstTokens(pipelines),
                bare == null ? null : Distribution.of(bares),
                cores.ofSystem(),
                cores.ofBench());
    }

    private Way<Long> bare(BareHops hops, int streams) {
        return new Way<>(
                IntStream.range(0, streams)
                        .<Supplier<CompletableFuture<Long>>>mapToObj(i -> () -> hops.ask(i))
                        .toList());
    }

    private static Duration pause(int streams) {
        Duration pause = PAUSE_A_STREAM.multipliedBy(streams);
        return pause.compareTo(PAUSE_MAX) < 0 ? pause : PAUSE_MAX;
    }

    private static Distribution firstTokens(List<Exchange> exchanges) {
        return Distribution.ofNanos(
                Outcomes.done(exchanges).stream().map(Exchange::toFirstTokenNanos).toList());
    }

    /** One way to get an answer, with the people who use it. */
    private final class Way<T> {

        private final List<Supplier<CompletableFuture<T>>> askers;
        private long runs;

        Way(List<Supplier<CompletableFuture<T>>> askers) {
            this.askers = askers;
        }

        List<T> run(int total, Duration pause) throws InterruptedException {
            Duration limit = Duration.ofSeconds(60).plus(pause.multipliedBy(total));
            return ClosedLoop.run(
                    lab.loop(),
                    askers,
                    new ClosedLoop.Drive(pause, total, plan.seed() * 1_000 + runs++, limit));
        }
    }
}

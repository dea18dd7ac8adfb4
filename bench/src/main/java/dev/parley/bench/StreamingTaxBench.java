package dev.parley.bench;

import dev.parley.bench.load.ClosedLoop;
import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/** How much longer a paced answer takes through the pipeline than direct, with many at once. */
final class StreamingTaxBench {

    /** Short beside an answer, so that nearly all streams are busy all the time. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Lab lab;
    private final Plan plan;
    private final Progress progress;
    private final List<String> failures = new ArrayList<>();
    private int usersTaken = 100_000;

    /**
     * What to measure.
     *
     * @param answersPerStream of each way, counted; one more warms up
     */
    record Plan(
            List<Integer> streams, int answersPerStream, int rounds, Askers.Load load, long seed) {}

    StreamingTaxBench(Lab lab, Plan plan, Progress progress) {
        this.lab = lab;
        this.plan = plan;
        this.progress = progress;
    }

    Result.StreamingTax run() throws InterruptedException {
        List<Result.StreamingTaxAt> at = new ArrayList<>();
        for (int streams : plan.streams()) {
            at.add(measure(streams));
        }
        return new Result.StreamingTax(
                plan.load().tokens(), plan.load().tokensPerSecond(), at, List.copyOf(failures));
    }

    /** Nanoseconds of tokens on their way, counted only while it is switched on; on the loop. */
    private static final class TokenPath implements LongConsumer {

        private final Histogram nanos = Distribution.histogram();
        private volatile boolean counts;

        @Override
        public void accept(long value) {
            if (counts) {
                nanos.recordValue(Math.max(0, value));
            }
        }
    }

    private Result.StreamingTaxAt measure(int streams) throws InterruptedException {
        TokenPath directPath = new TokenPath();
        TokenPath pipelinePath = new TokenPath();
        List<Stream> chats = lab.chats(usersTaken, streams, pipelinePath);
        usersTaken += streams;
        List<Stream> directs = lab.direct(streams, directPath);
        List<Exchange> direct = new ArrayList<>();
        List<Exchange> pipeline = new ArrayList<>();
        Cores cores = new Cores(lab.target().pid());
        try {
            progress.say("streaming tax, %d streams: warm-up", streams);
            ask(directs, streams, 0);
            failures.addAll(
                    Outcomes.failures("warm-up, " + streams + " streams", ask(chats, streams, 0)));
            int each = streams * Math.max(1, plan.answersPerStream() / plan.rounds());
            for (int round = 1; round <= plan.rounds(); round++) {
                progress.say("streaming tax, %d streams: round %d", streams, round);
                directPath.counts = true;
                direct.addAll(ask(directs, each, round));
                directPath.counts = false;
                pipelinePath.counts = true;
                cores.start();
                pipeline.addAll(ask(chats, each, round));
                cores.stop();
                pipelinePath.counts = false;
            }
        } finally {
            chats.forEach(Stream::close);
            directs.forEach(Stream::close);
        }
        failures.addAll(Outcomes.failures("direct, " + streams + " streams", direct));
        failures.addAll(Outcomes.failures("pipeline, " + streams + " streams", pipeline));
        return new Result.StreamingTaxAt(
                streams,
                answers(direct),
                answers(pipeline),
                firstTokens(direct),
                firstTokens(pipeline),
                Distribution.of(directPath.nanos),
                Distribution.of(pipelinePath.nanos),
                framesPerToken(pipeline),
                cores.ofSystem(),
                cores.ofBench());
    }

    private List<Exchange> ask(List<Stream> streams, int total, int round)
            throws InterruptedException {
        Askers askers = new Askers(lab.answers(), plan.load());
        Duration answer =
                Duration.ofMillis(
                        (long) (1_000 * plan.load().tokens() / plan.load().tokensPerSecond()));
        int inTurn = 1 + total / streams.size();
        Duration limit = Duration.ofSeconds(60).plus(answer.plus(PAUSE).multipliedBy(inTurn * 3L));
        return ClosedLoop.run(
                lab.loop(),
                askers.over(streams, streams.size()),
                new ClosedLoop.Drive(PAUSE, total, plan.seed() * 1_000 + round, limit));
    }

    private double framesPerToken(List<Exchange> exchanges) {
        long frames = exchanges.stream().mapToLong(Exchange::frames).sum();
        long tokens = (long) exchanges.size() * plan.load().tokens();
        return Math.round(1_000.0 * frames / Math.max(1, tokens)) / 1_000.0;
    }

    private static Distribution answers(List<Exchange> exchanges) {
        return Distribution.ofNanos(
                Outcomes.done(exchanges).stream().map(Exchange::toEndNanos).toList());
    }

    private static Distribution firstTokens(List<Exchange> exchanges) {
        return Distribution.ofNanos(
                Outcomes.done(exchanges).stream().map(Exchange::toFirstTokenNanos).toList());
    }
}

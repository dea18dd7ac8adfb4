package dev.parley.bench;

import dev.parley.bench.load.Exchange;
import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Cuts a run into seconds, for plots. */
final class TraceSeconds {

    private static final long NANOS = 1_000_000_000L;

    private TraceSeconds() {}

    /** First tokens count in the second of their question, ends in their own. */
    static List<Result.Second> of(List<Exchange> exchanges, long startNanos) {
        TreeMap<Long, List<Exchange>> sent = new TreeMap<>();
        TreeMap<Long, List<Exchange>> ended = new TreeMap<>();
        for (Exchange each : Outcomes.done(exchanges)) {
            sent.computeIfAbsent((each.sentNanos() - startNanos) / NANOS, s -> new ArrayList<>())
                    .add(each);
            ended.computeIfAbsent((each.endNanos() - startNanos) / NANOS, s -> new ArrayList<>())
                    .add(each);
        }
        if (ended.isEmpty()) {
            return List.of();
        }
        return LongStream.rangeClosed(0, Math.max(sent.lastKey(), ended.lastKey()))
                .mapToObj(second ->
                        second(
                                (int) second,
                                sent.getOrDefault(second, List.of()),
                                ended.getOrDefault(second, List.of())))
                .toList();
    }

    private static Result.Second second(int second, List<Exchange> sent, List<Exchange> ended) {
        Distribution first =
                Distribution.ofNanos(sent.stream().map(Exchange::toFirstTokenNanos).toList());
        return new Result.Second(
                second,
                sent.size(),
                ended.size(),
                ended.stream().mapToLong(e -> e.answer().plan().tokens()).sum(),
                first.p50Ms(),
                first.maxMs());
    }
}

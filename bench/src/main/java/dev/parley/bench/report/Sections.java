package dev.parley.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is told of each result: a heading, a paragraph, tables and plots. */
final class Sections {

    private Sections() {}

    /**
     * One result for people.
     *
     * @param plots inline SVG, for the page alone
     */
    record Section(String heading, String text, List<Table> tables, List<String> plots) {}

    static Section of(Result result) {
        return switch (result) {
            case Result.Start start -> start(start);
            case Result.Sessions sessions -> sessions(sessions);
            case Result.FirstToken firstToken -> firstToken(firstToken);
            case Result.StreamingTax tax -> tax(tax);
            case Result.Trace trace -> trace(trace);
        };
    }

    private static Section start(Result.Start start) {
        Table table =
                new Table("the one-command run", "figure")
                        .row("empty folder: process to page", seconds(start.firstStartMs()))
                        .row(
                                "empty folder: process to first answer",
                                seconds(start.firstAnswerMs()))
                        .row("second start: process to page", seconds(start.secondStartMs()))
                        .row("resident, its JVM", mib(start.residentMib()))
                        .row("resident, with the database", mib(start.treeMib()))
                        .row("processor, idle", Figures.numberOrDash(start.idleCores()) + " cores");
        String text =
                "Built before; memory "
                        + start.idleSeconds()
                        + " s after the first answer, pages that processes share counted once."
                        + " JVM options: "
                        + String.join(" ", start.javaOptions())
                        + ". To reach: page within 15 s, 1.2 GB.";
        return new Section("Start and rest", text, List.of(table), List.of());
    }

    private static Section sessions(Result.Sessions result) {
        Table table = new Table("figure", "measured", "to reach");
        for (Result.Measured each : result.figures()) {
            table.row(
                    each.name(),
                    Figures.number(each.value()) + " " + each.unit(),
                    each.atMost() == null
                            ? "–"
                            : "≤ " + Figures.number(each.atMost()) + " " + each.unit());
        }
        return new Section(result.what(), result.how(), List.of(table), List.of());
    }

    private static Section firstToken(Result.FirstToken result) {
        Table added =
                new Table(
                        "streams",
                        "requests/s",
                        "samples",
                        "added p50 ms",
                        "added p90 ms",
                        "added p99 ms",
                        "three bare hops p50 ms",
                        "added ÷ bare",
                        "system cores",
                        "bench cores");
        Table ways = new Table("streams, way", "p50 ms", "p90 ms", "p99 ms", "max ms", "samples");
        List<String> plots = new ArrayList<>();
        for (Result.FirstTokenAt at : result.at()) {
            Distribution bare = at.bare();
            added.row(
                    Figures.count(at.streams()),
                    Figures.number(at.requestsPerSecond()),
                    Figures.count(at.pipeline().count()),
                    Figures.ms(at.addedP50Ms()),
                    Figures.ms(at.addedP90Ms()),
                    Figures.ms(at.addedP99Ms()),
                    bare == null ? "–" : Figures.ms(bare.p50Ms()),
                    Figures.times(at.timesBareP50()),
                    Figures.numberOrDash(at.coresOfSystem()),
                    Figures.number(at.coresOfBench()));
            Map<String, Distribution> lines = new LinkedHashMap<>();
            lines.put("direct", at.direct());
            lines.put("pipeline", at.pipeline());
            if (bare != null) {
                lines.put("three bare hops", bare);
            }
            lines.forEach((way, each) -> distribution(ways, at.streams() + ", " + way, each));
            plots.add(
                    Plots.percentiles(
                            "Time to the first token, " + at.streams() + " streams", lines));
        }
        String text =
                "From the question to the first token, direct from the provider and through the"
                        + " pipeline; \"added\" is the difference of the two percentiles. Bare hops:"
                        + " a record of 512 bytes through request topic, share group and a"
                        + " one-partition lane of the same broker, nothing done in between. Load: "
                        + result.load()
                        + ". To reach at 50 streams: p50 10 ms, p99 40 ms, 2.5 × bare.";
        return new Section("Added time to the first token", text, List.of(added, ways), plots);
    }

    private static Section tax(Result.StreamingTax result) {
        Table tax =
                new Table(
                        "streams",
                        "direct p50 ms",
                        "pipeline p50 ms",
                        "tax p50",
                        "tax p99",
                        "first token added p50 ms",
                        "token path p50 ms",
                        "token path p99 ms",
                        "frames a token",
                        "system cores",
                        "bench cores");
        List<String> plots = new ArrayList<>();
        for (Result.StreamingTaxAt at : result.at()) {
            tax.row(
                    Figures.count(at.streams()),
                    Figures.ms(at.direct().p50Ms()),
                    Figures.ms(at.pipeline().p50Ms()),
                    Figures.percent(at.taxP50Percent()),
                    Figures.percent(at.taxP99Percent()),
                    Figures.ms(at.pipelineFirstToken().p50Ms() - at.directFirstToken().p50Ms()),
                    Figures.ms(at.pipelineTokenPath().p50Ms()),
                    Figures.ms(at.pipelineTokenPath().p99Ms()),
                    Figures.number(at.framesPerToken()),
                    Figures.numberOrDash(at.coresOfSystem()),
                    Figures.number(at.coresOfBench()));
            Map<String, Distribution> lines = new LinkedHashMap<>();
            lines.put("direct", at.directTokenPath());
            lines.put("pipeline", at.pipelineTokenPath());
            plots.add(
                    Plots.percentiles(
                            "Each token from the provider to the client, "
                                    + at.streams()
                                    + " streams",
                            lines));
        }
        String text =
                "Response time of answers of "
                        + result.tokens()
                        + " tokens at "
                        + Figures.number(result.tokensPerSecond())
                        + " tokens a second on every stream at once, against the same direct. The"
                        + " token path is each token's time from the provider's socket to the"
                        + " client's, in one process and on one clock. To reach: tax 2 %, token path"
                        + " p50 3 ms and p99 25 ms at half of capacity.";
        return new Section("Streaming tax", text, List.of(tax), plots);
    }

    private static Section trace(Result.Trace trace) {
        Table counted = counted(trace.checks());
        Table reached = reached(trace);
        Table times = new Table("time", "p50 ms", "p90 ms", "p99 ms", "max ms", "samples");
        distribution(times, "question to first token", trace.firstToken());
        distribution(times, "question to accepted", trace.accepted());
        distribution(times, "question to done", trace.answer());
        distribution(times, "sent after it was due", trace.lag());
        Map<String, ToDoubleFunction<Result.Second>> rates = new LinkedHashMap<>();
        rates.put("sent", Result.Second::sent);
        rates.put("ended", Result.Second::ended);
        Map<String, ToDoubleFunction<Result.Second>> first = new LinkedHashMap<>();
        first.put("p50", Result.Second::firstTokenP50Ms);
        first.put("max", Result.Second::firstTokenMaxMs);
        List<String> plots =
                List.of(
                        Plots.seconds("Requests a second", "requests", trace.series(), rates),
                        Plots.seconds(
                                "Time to the first token", "milliseconds", trace.series(), first));
        String pace =
                trace.tokensPerSecondOfAnswer() == 0
                        ? "at once"
                        : "at "
                                + Figures.number(trace.tokensPerSecondOfAnswer())
                                + " tokens a second";
        String text =
                "The first "
                        + Figures.count(trace.requests())
                        + " requests of "
                        + trace.file()
                        + ": arrival times and answers' lengths as recorded, answers "
                        + pace
                        + ". Joined tokens, result.answer, what the provider sent and what the"
                        + " history holds were compared for every request. To reach with the whole"
                        + " hour: 20 × with nothing lost.";
        return new Section("Real traffic", text, List.of(counted, reached, times), plots);
    }

    private static Table counted(Result.TraceChecks checks) {
        return new Table("counted", "figure")
                .row("requests", Figures.count(checks.sent()))
                .row("accepted", Figures.count(checks.accepted()))
                .row("terminals: done, error", checks.done() + ", " + checks.errors())
                .row("stored once, with the text shown", Figures.countOrDash(checks.stored()))
                .row("stored twice", Figures.countOrDash(checks.storedTwice()))
                .row("provider asked again", Figures.count(checks.providerCallsExtra()));
    }

    private static Table reached(Result.Trace trace) {
        return new Table("reached", "figure")
                .row("speed-up asked for", Figures.number(trace.speedUp()) + " ×")
                .row(
                        "speed-up until the last terminal",
                        Figures.number(trace.speedUpReached()) + " ×")
                .row("seconds", Figures.number(trace.seconds()))
                .row("requests a second", Figures.number(trace.requestsPerSecond()))
                .row("tokens a second", Figures.number(trace.tokensPerSecond()))
                .row("answers at once, most", Figures.count(trace.concurrentMax()))
                .row("users", Figures.count(trace.users()))
                .row(
                        "processor, system and bench",
                        Figures.numberOrDash(trace.coresOfSystem())
                                + " and "
                                + Figures.number(trace.coresOfBench())
                                + " cores");
    }

    private static void distribution(Table table, String name, Distribution each) {
        table.row(
                name,
                Figures.ms(each.p50Ms()),
                Figures.ms(each.p90Ms()),
                Figures.ms(each.p99Ms()),
                Figures.ms(each.maxMs()),
                Figures.count(each.count()));
    }

    private static String seconds(double ms) {
        return Figures.number(ms / 1_000) + " s";
    }

    private static String mib(@Nullable Long mib) {
        return mib == null ? "–" : Figures.count(mib) + " MiB";
    }
}

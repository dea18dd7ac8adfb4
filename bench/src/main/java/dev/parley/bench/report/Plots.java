package dev.parley.bench.report;

import dev.parley.bench.report.LinePlot.At;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The plots of the page. */
final class Plots {

    /** Percentiles stretch towards the tail: each decade of rarity takes the same room. */
    private static final double TAIL = 99.95;

    private Plots() {}

    /** Time over percentile, the tail spread out, of distributions by name. */
    static String percentiles(String title, Map<String, Distribution> distributions) {
        double min = Double.MAX_VALUE;
        double max = 0;
        for (Distribution each : distributions.values()) {
            for (Distribution.Point point : each.curve()) {
                min = Math.min(min, Math.max(point.ms(), 0.01));
                max = Math.max(max, point.ms());
            }
        }
        if (max == 0) {
            return "";
        }
        LinePlot plot =
                new LinePlot(
                        title,
                        new LinePlot.Side(
                                "percentile",
                                Axis.logarithmic(1, 1_000),
                                rarity -> percentileOf(rarity)),
                        new LinePlot.Side("milliseconds", Axis.logarithmic(min, max), Plots::tick));
        distributions.forEach((name, each) ->
                plot.line(
                        name,
                        each.curve().stream()
                                .map(p -> new At(rarity(p.percentile()), p.ms()))
                                .toList()));
        return plot.svg();
    }

    /** Quantities over the seconds of a run. */
    static String seconds(
            String title,
            String unit,
            List<Result.Second> seconds,
            Map<String, ToDoubleFunction<Result.Second>> lines) {
        double max = 0;
        for (ToDoubleFunction<Result.Second> line : lines.values()) {
            max = Math.max(max, seconds.stream().mapToDouble(line).max().orElse(0));
        }
        LinePlot plot =
                new LinePlot(
                        title,
                        new LinePlot.Side(
                                "seconds since the first request",
                                Axis.linear(Math.max(1, seconds.size())),
                                Plots::tick),
                        new LinePlot.Side(unit, Axis.linear(max), Plots::tick));
        lines.forEach((name, line) ->
                plot.line(
                        name,
                        seconds.stream()
                                .map(s -> new At(s.second() + 0.5, line.applyAsDouble(s)))
                                .toList()));
        return plot.svg();
    }

    private static double rarity(double percentile) {
        return 100 / (100 - Math.min(percentile, TAIL));
    }

    private static String percentileOf(double rarity) {
        return tick(100 - 100 / rarity);
    }

    private static String tick(double value) {
        String text = String.format(Locale.ROOT, "%,.3f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}

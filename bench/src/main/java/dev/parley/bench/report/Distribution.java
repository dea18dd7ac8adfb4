package dev.parley.bench.report;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How measured times are spread, in milliseconds.
 *
 * @param curve points of the percentile curve, for plots
 */
public record Distribution(
        long count,
        double minMs,
        double meanMs,
        double p50Ms,
        double p90Ms,
        double p99Ms,
        double maxMs,
        List<Point> curve) {

    private static final int DIGITS = 3;
    private static final double NANOS_A_MS = 1e6;
    private static final double[] CURVE = {
        0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.9
    };

    /** The time that {@code percentile} percent of all do not exceed. */
    public record Point(double percentile, double ms) {}

    /** An empty histogram of nanoseconds, of three significant digits, for one thread. */
    public static Histogram histogram() {
        return new Histogram(DIGITS);
    }

    public static Distribution ofNanos(Iterable<Long> nanos) {
        Histogram histogram = histogram();
        nanos.forEach(each -> histogram.recordValue(Math.max(0, each)));
        return of(histogram);
    }

    public static Distribution of(Histogram nanos) {
        List<Point> curve = new ArrayList<>();
        if (nanos.getTotalCount() > 0) {
            for (double percentile : CURVE) {
                // A percentile that less than one sample stands for is the largest sample's.
                if (nanos.getTotalCount() * (100 - percentile) >= 100) {
                    curve.add(new Point(percentile, at(nanos, percentile)));
                }
            }
        }
        return new Distribution(
                nanos.getTotalCount(),
                nanos.getTotalCount() == 0 ? 0 : ms(nanos.getMinValue()),
                ms(nanos.getMean()),
                at(nanos, 50),
                at(nanos, 90),
                at(nanos, 99),
                ms(nanos.getMaxValue()),
                List.copyOf(curve));
    }

    private static double at(Histogram nanos, double percentile) {
        return ms(nanos.getValueAtPercentile(percentile));
    }

    /** Three digits are kept, so no more are shown. */
    private static double ms(Number nanos) {
        return Math.round(nanos.doubleValue() / NANOS_A_MS * 1_000) / 1000.0;
    }
}

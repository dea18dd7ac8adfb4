package dev.parley.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values to 0…1 and says where the labelled ticks are.
 *
 * @param logarithmic then {@code min} is more than 0
 */
record Axis(double min, double max, boolean logarithmic) {

    private static final int TICKS = 6;
    private static final double[] STEPS = {1, 2, 5, 10};

    /** From 0 to a round value not below {@code max}. */
    static Axis linear(double max) {
        double step = step(Math.max(max, 1e-9));
        return new Axis(0, Math.ceil(Math.max(max, 1e-9) / step - 1e-9) * step, false);
    }

    /** Whole decades, or halves of them, around the values; both more than 0. */
    static Axis logarithmic(double min, double max) {
        double low = Math.max(min, 1e-3);
        double high = Math.max(max, low * 1.01);
        return new Axis(roundDown(low), roundUp(high), true);
    }

    double position(double value) {
        if (!logarithmic) {
            return (value - min) / (max - min);
        }
        return Math.log(Math.max(value, min) / min) / Math.log(max / min);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (!logarithmic) {
            double step = step(max - min);
            for (double tick = min; tick <= max + step / 1e6; tick += step) {
                ticks.add(tick);
            }
            return ticks;
        }
        for (double decade = Math.pow(10, Math.floor(Math.log10(min) + 1e-9));
                decade <= max * 1.000001;
                decade *= 10) {
            for (double factor : new double[] {1, 2, 5}) {
                double tick = decade * factor;
                if (tick >= min * 0.999999 && tick <= max * 1.000001) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static double step(double range) {
        double raw = range / TICKS;
        double decade = Math.pow(10, Math.floor(Math.log10(raw)));
        for (double step : STEPS) {
            if (decade * step >= raw * 0.999999) {
                return decade * step;
            }
        }
        return decade * 10;
    }

    private static double roundDown(double value) {
        double decade = Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        return value >= decade * 5 ? decade * 5 : value >= decade * 2 ? decade * 2 : decade;
    }

    private static double roundUp(double value) {
        double decade = Math.pow(10, Math.floor(Math.log10(value) - 1e-9));
        return value <= decade * 2 ? decade * 2 : value <= decade * 5 ? decade * 5 : decade * 10;
    }
}

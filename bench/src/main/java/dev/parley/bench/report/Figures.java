package dev.parley.bench.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How numbers are written: as many digits as they carry. */
final class Figures {

    private Figures() {}

    /** Milliseconds. */
    static String ms(double value) {
        return number(value);
    }

    static String number(double value) {
        double size = Math.abs(value);
        String format =
                size >= 100
                        ? "%,.0f"
                        : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    static String numberOrDash(@Nullable Double value) {
        return value == null ? "–" : number(value);
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%+.1f %%", value);
    }

    static String times(@Nullable Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, "%.2f ×", value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String countOrDash(@Nullable Number value) {
        return value == null ? "–" : count(value.longValue());
    }
}

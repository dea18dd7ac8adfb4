package dev.parley.orchestrator.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Amounts over time, for sliding windows of up to a day: a limit holds in <em>every</em> window of
 * its length, wherever it begins, so there is no edge to burst at.
 *
 * <p>Kept as buckets (time of the last amount in it, sum). A bucket grows coarser with age: 20 ms
 * within the last second, 1 s within the last minute, 1 min within the last hour, 10 min within the
 * last day, hence at most 50 + 60 + 60 + 144 buckets and a few at the seams. Since a bucket counts
 * until its <em>last</em> amount leaves the window, a sum is never too small; an amount may count
 * longer than its window by at most the bucket's width, 2 % of the window.
 *
 * <p>The exact form is the sliding window log; the coarsening is this project's, so that memory is
 * bounded whatever the limit.
 *
 * @param at milliseconds since the epoch, ascending
 * @param amount of the bucket that ends at the same index
 */
public record SlidingLedger(long[] at, long[] amount) {

    public static final SlidingLedger EMPTY = new SlidingLedger(new long[0], new long[0]);

    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 86_400_000;

    public SlidingLedger {
        at = at == null ? new long[0] : at;
        amount = amount == null ? new long[0] : amount;
        if (at.length != amount.length) {
            throw new IllegalArgumentException(
                    at.length + " times but " + amount.length + " amounts");
        }
    }

    /**
     * This and {@code added} at {@code now}; time that runs backwards counts as the newest seen.
     */
    public SlidingLedger plus(Instant now, long added) {
        if (added == 0) {
            return this;
        }
        long newest = at.length == 0 ? Long.MIN_VALUE : at[at.length - 1];
        long nowMs = Math.max(now.toEpochMilli(), newest);
        long[] times = new long[at.length + 1];
        long[] sums = new long[at.length + 1];
        int n = 0;
        for (int i = 0; i <= at.length; i++) {
            long time = i < at.length ? at[i] : nowMs;
            long sum = i < at.length ? amount[i] : added;
            if (time <= nowMs - DAY_MS) {
                continue;
            }
            long width = widthMs(nowMs - time);
            if (n > 0 && Math.floorDiv(times[n - 1], width) == Math.floorDiv(time, width)) {
                times[n - 1] = time;
                sums[n - 1] += sum;
            } else {
                times[n] = time;
                sums[n] = sum;
                n++;
            }
        }
        return new SlidingLedger(Arrays.copyOf(times, n), Arrays.copyOf(sums, n));
    }

    /** What the window that ends at {@code now} holds. */
    public long sum(Instant now, Duration window) {
        long from = now.toEpochMilli() - window.toMillis();
        long sum = 0;
        for (int i = at.length - 1; i >= 0 && at[i] > from; i--) {
            sum += amount[i];
        }
        return sum;
    }

    /**
     * The earliest moment at which the window holds at most {@code most}, if nothing is added; a
     * whole window from now when {@code most} is negative, which nothing ever satisfies.
     */
    public Instant atMost(long most, Instant now, Duration window) {
        if (most < 0) {
            return now.plus(window);
        }
        long sum = sum(now, window);
        long from = now.toEpochMilli() - window.toMillis();
        for (int i = 0; i < at.length && sum > most; i++) {
            if (at[i] > from) {
                sum -= amount[i];
                if (sum <= most) {
                    return Instant.ofEpochMilli(at[i]).plus(window);
                }
            }
        }
        return now;
    }

    private static long widthMs(long ageMs) {
        if (ageMs < SECOND_MS) {
            return 20;
        }
        if (ageMs < MINUTE_MS) {
            return SECOND_MS;
        }
        return ageMs < HOUR_MS ? MINUTE_MS : 10 * MINUTE_MS;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlidingLedger that
                && Arrays.equals(at, that.at)
                && Arrays.equals(amount, that.amount);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(at) + Arrays.hashCode(amount);
    }

    @Override
    public String toString() {
        return "SlidingLedger" + Arrays.toString(at) + Arrays.toString(amount);
    }
}

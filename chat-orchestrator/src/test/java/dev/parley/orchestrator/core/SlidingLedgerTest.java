package dev.parley.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlidingLedgerTest {

    private static final List<Duration> WINDOWS =
            List.of(
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    Duration.ofHours(1),
                    Duration.ofDays(1));

    /** Against an exact log: never too small, and too large by less than 2 % of the window. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverCountsTooLittleNorMuchTooLong(long seed) {
        Random random = new Random(seed);
        SlidingLedger ledger = SlidingLedger.EMPTY;
        List<long[]> exact = new ArrayList<>();
        long nowMs = 1_000_000_000L;
        for (int i = 0; i < 20_000; i++) {
            nowMs += (long) Math.exp(random.nextDouble() * 12);
            long amount = 1 + random.nextInt(100);
            ledger = ledger.plus(Instant.ofEpochMilli(nowMs), amount);
            exact.add(new long[] {nowMs, amount});
            if (i % 500 != 0) {
                continue;
            }
            long askedAt = nowMs + random.nextInt(1000);
            for (Duration window : WINDOWS) {
                long sum = ledger.sum(Instant.ofEpochMilli(askedAt), window);
                assertThat(sum).isGreaterThanOrEqualTo(sum(exact, askedAt, window.toMillis()));
                assertThat(sum)
                        .isLessThanOrEqualTo(sum(exact, askedAt, window.toMillis() * 102 / 100));
            }
        }
        assertThat(ledger.at().length).isLessThanOrEqualTo(50 + 60 + 60 + 144 + 4);
    }

    private static long sum(List<long[]> exact, long nowMs, long windowMs) {
        long sum = 0;
        for (long[] one : exact) {
            if (one[0] > nowMs - windowMs && one[0] <= nowMs) {
                sum += one[1];
            }
        }
        return sum;
    }

    @Test
    void saysWhenThereIsRoom() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        Duration minute = Duration.ofMinutes(1);
        SlidingLedger ledger = SlidingLedger.EMPTY.plus(start, 2).plus(start.plusSeconds(10), 3);
        Instant now = start.plusSeconds(20);

        assertThat(ledger.atMost(5, now, minute)).isEqualTo(now);
        assertThat(ledger.atMost(4, now, minute)).isEqualTo(start.plusSeconds(60));
        assertThat(ledger.atMost(2, now, minute)).isEqualTo(start.plusSeconds(70));
        assertThat(ledger.atMost(-1, now, minute)).isEqualTo(now.plusSeconds(60));
    }

    @Test
    void takesTimeThatRunsBackwardsForTheNewestSeen() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        SlidingLedger ledger = SlidingLedger.EMPTY.plus(start, 1).plus(start.minusSeconds(30), 1);

        assertThat(ledger.sum(start, Duration.ofSeconds(1))).isEqualTo(2);
    }
}

package dev.parley.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many connections a stopping gateway lets go in a second. */
class DrainPaceTest {

    @ParameterizedTest(name = "{0} connections: {1} s, at most {2} a second")
    @CsvSource({
        // Nobody waits where there is nobody to spare.
        "0,      0.0,    0",
        "1,      0.003,  1",
        // The rate holds ...
        "300,    1.0,  300",
        "2000,   6.666, 301",
        // ... until a stop would take too long.
        "15000, 12.0, 1251",
    })
    void aStopIsSpreadAtABoundedRate(int connections, double seconds, int mostInASecond) {
        ConnectionSettings settings = settings();
        Drain.Pace pace = Drain.Pace.of(connections, settings);
        assertThat(pace.window().toMillis()).isEqualTo(Math.round(seconds * 1000));
        int most = 0;
        for (int first = 0; first < connections; first++) {
            long until = pace.nanosUntil(first) + Duration.ofSeconds(1).toNanos();
            int last = first;
            while (last < connections
                    && pace.nanosUntil(last) < until
                    && last - first <= mostInASecond) {
                last++;
            }
            most = Math.max(most, last - first);
            if (first > 400) {
                break;
            }
        }
        assertThat(most).isLessThanOrEqualTo(Math.max(mostInASecond, connections == 0 ? 0 : 1));
    }

    private static ConnectionSettings settings() {
        Duration second = Duration.ofSeconds(1);
        return new ConnectionSettings(
                65_536,
                10,
                200,
                16,
                262_144,
                second,
                second,
                second,
                second,
                10,
                10,
                10,
                300,
                Duration.ofSeconds(12),
                Duration.ofSeconds(2),
                second);
    }
}

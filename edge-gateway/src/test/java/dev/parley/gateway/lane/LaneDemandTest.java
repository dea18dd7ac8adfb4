package dev.parley.gateway.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneDemandTest {

    @ParameterizedTest(name = "{0} free of {1}, spare {2}, unmet {3}")
    @CsvSource({
        // A new pool, and one whose spare lanes are just enough.
        "0, 0, 16, 0, 32",
        "64, 64, 16, 0, 0",
        "16, 64, 16, 0, 0",
        "15, 64, 16, 0, 17",
        // The larger the pool, the further ahead it grows.
        "250, 1000, 16, 0, 0",
        "249, 1000, 16, 0, 251",
        // Whoever found none comes on top, even where lanes are free by now.
        "0, 64, 16, 100, 132",
        "400, 400, 16, 100, 100",
        // Nothing spare is wanted of a pool that is small.
        "0, 0, 0, 0, 0",
        "0, 3, 0, 1, 1",
    })
    void whatIsMissing(int free, int size, int spare, int unmet, int missing) {
        assertThat(LaneDemand.missing(free, size, spare, unmet)).isEqualTo(missing);
    }
}

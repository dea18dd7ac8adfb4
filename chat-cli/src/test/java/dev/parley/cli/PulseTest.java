package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.Pulse.Finding;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PulseTest {

    @ParameterizedTest
    @CsvSource({
        // welcomed, running, silent s, finding
        "false, true,  14, ALIVE", // the first frame may take its time
        "false, true,  16, DEAD",
        "true,  true,   1, ALIVE",
        "true,  true,   3, ASK", // while an answer runs, silence is short
        "true,  false,  3, ALIVE",
        "true,  false, 21, ASK", // the server named 20 s
    })
    void silenceIsAskedAbout(boolean welcomed, boolean running, long silentS, Finding finding) {
        Pulse pulse = new Pulse();
        if (welcomed) {
            pulse.welcomed(20);
        }
        assertThat(pulse.look(seconds(silentS), 0, running)).isEqualTo(finding);
    }

    @ParameterizedTest
    @CsvSource({
        // heard again at s (0: never), looked at s, finding
        "0, 14, ALIVE", // the pong has its time
        "0, 16, DEAD",
        "15, 16, ALIVE", // any byte is a sign of life
        "11, 16, ASK", // alive after the ping, and silent again
    })
    void aPingWithoutAnyByteAfterItIsTheEnd(long heardS, long lookedS, Finding finding) {
        Pulse pulse = new Pulse();
        pulse.welcomed(20);
        assertThat(pulse.look(seconds(10), 0, true)).isEqualTo(Finding.ASK);

        assertThat(pulse.look(seconds(lookedS), seconds(heardS), true)).isEqualTo(finding);
    }

    private static long seconds(long s) {
        return Duration.ofSeconds(s).toNanos();
    }
}

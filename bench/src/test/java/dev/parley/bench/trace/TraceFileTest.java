package dev.parley.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.bench.system.BenchFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {

    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final String FIRST = "2023-11-16 18:15:46.6805900,374,44";

    @Test
    void readsArrivalsFromTheFirstOnes() {
        List<TraceFile.Arrival> arrivals =
                TraceFile.parse(
                        Stream.of(
                                HEADER,
                                FIRST,
                                "2023-11-16 18:15:50.9951690,396,109",
                                "2023-11-16 18:15:51,0,0",
                                ""),
                        10);
        assertThat(arrivals)
                .containsExactly(
                        new TraceFile.Arrival(Duration.ZERO, 374, 44),
                        new TraceFile.Arrival(Duration.ofNanos(4_314_579_000L), 396, 109),
                        new TraceFile.Arrival(Duration.ofNanos(4_319_410_000L), 0, 0));
    }

    @Test
    void readsNoMoreThanWanted() {
        assertThat(TraceFile.parse(Stream.of(HEADER, FIRST, FIRST, "nonsense"), 2)).hasSize(2);
        assertThat(TraceFile.parse(Stream.of(HEADER), 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2023-11-16 18:15:50,1 | it has 2 columns instead of 3",
                "yesterday,1,2 | \"yesterday\" is no time",
                "2023-11-16 18:15:50,one,2 | \"one\" is no number of tokens",
                "2023-11-16 18:15:50,1,-2 | \"-2\" is no number of tokens",
                "2023-11-16 18:15:40,1,2 | it is earlier than the first",
            })
    void saysWhichLineCannotBeRead(String line, String why) {
        assertThatThrownBy(() -> TraceFile.parse(Stream.of(HEADER, FIRST, line), 10))
                .isInstanceOf(BenchFailure.class)
                .hasMessage("Line 3 of the trace cannot be read: " + why + ".");
    }

    @Test
    void anotherFileIsNoTrace() {
        assertThatThrownBy(() -> TraceFile.parse(Stream.of("a,b"), 1))
                .hasMessage("The trace begins with \"a,b\" instead of " + HEADER);
    }

    @Test
    void anAbsentFileIsOneSentence() {
        assertThatThrownBy(() -> TraceFile.read(Path.of("/nowhere/trace.csv"), 1))
                .isInstanceOf(BenchFailure.class)
                .hasMessageStartingWith("There is no /nowhere/trace.csv: get ");
    }

    // One request 10 s after the start, with 100 tokens of context and none generated.
    @ParameterizedTest
    @CsvSource({
        // speed-up, due ms, chars at most, chars, tokens
        "1, 10000, 4000, 400, 1",
        "20, 500, 300, 300, 1",
        "0.5, 20000, 0, 0, 1",
    })
    void aScheduleIsTheTraceFaster(
            double speedUp, long dueMs, int charsMax, int chars, int tokens) {
        Schedule schedule =
                new Schedule(
                        List.of(
                                new TraceFile.Arrival(Duration.ZERO, 1, 1),
                                new TraceFile.Arrival(Duration.ofSeconds(10), 100, 0)),
                        speedUp);
        assertThat(schedule.dueNanos(1)).isEqualTo(dueMs * 1_000_000);
        assertThat(schedule.length()).isEqualTo(Duration.ofMillis(dueMs));
        assertThat(schedule.recorded()).isEqualTo(Duration.ofSeconds(10));
        assertThat(schedule.promptChars(1, charsMax)).isEqualTo(chars);
        assertThat(schedule.tokens(1)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "NaN", "Infinity"})
    void aSpeedUpIsMoreThanNothing(double speedUp) {
        assertThatThrownBy(() -> new Schedule(List.of(), speedUp))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

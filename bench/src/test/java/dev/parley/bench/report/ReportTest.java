package dev.parley.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.parley.bench.system.Machine;
import dev.parley.schemas.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ReportTest {

    private static final Machine MACHINE =
            new Machine(
                    Instant.parse("2026-01-02T03:04:05Z"),
                    "A <fast> processor",
                    2,
                    24_000,
                    "Linux 6",
                    "OpenJDK 25",
                    0.1,
                    "0.1.0",
                    "abc");

    /** {@code 1·step … count·step} milliseconds. */
    private static Distribution millis(int count, double step) {
        return Distribution.ofNanos(
                LongStream.rangeClosed(1, count).mapToObj(i -> (long) (i * step * 1e6)).toList());
    }

    private static Report report(List<String> failures) {
        Distribution direct = millis(1_000, 0.001);
        Distribution pipeline = millis(1_000, 0.01);
        return new Report(
                MACHINE,
                "the one-command run",
                1.5,
                List.of(
                        new Result.Start(
                                5_100, 6_000, 4_000, 20, 700L, null, 0.05, List.of("-Xmx512m")),
                        new Result.FirstToken(
                                "answers at once",
                                List.of(
                                        new Result.FirstTokenAt(
                                                50, 49.5, direct, pipeline, direct, 1.0, 0.1),
                                        new Result.FirstTokenAt(
                                                200, 199, direct, pipeline, null, 1.0, 0.1)),
                                List.of()),
                        new Result.StreamingTax(
                                100,
                                50,
                                List.of(
                                        new Result.StreamingTaxAt(
                                                50, direct, pipeline, direct, pipeline, direct,
                                                pipeline, 0.9, 1.0, 0.2)),
                                List.of()),
                        new Result.Trace(
                                "trace.csv",
                                1_000,
                                10,
                                0,
                                9.9,
                                36,
                                27,
                                5_000,
                                64,
                                12,
                                pipeline,
                                pipeline,
                                pipeline,
                                direct,
                                new Result.TraceChecks(
                                        1_000, 1_000, 999, 1, 1_000, 999, 0, 120.0, 0),
                                1.2,
                                0.2,
                                List.of(
                                        new Result.Second(0, 3, 2, 100, 4, 9),
                                        new Result.Second(1, 5, 6, 300, 4, 8)),
                                failures)));
    }

    @Test
    void percentilesAreThoseOfTheSamples() {
        Distribution hundred = millis(100, 1);
        assertThat(hundred.count()).isEqualTo(100);
        assertThat(hundred.p50Ms()).isBetween(49.9, 50.1);
        assertThat(hundred.p90Ms()).isBetween(89.9, 90.1);
        assertThat(hundred.p99Ms()).isBetween(98.9, 99.1);
        assertThat(hundred.maxMs()).isBetween(99.9, 100.1);
        // No percentile is drawn for which a hundred samples say nothing.
        assertThat(hundred.curve())
                .extracting(Distribution.Point::percentile)
                .contains(99.0)
                .doesNotContain(99.5);
    }

    @Test
    void nothingMeasuredIsNothing() {
        Distribution none = Distribution.ofNanos(List.of());
        assertThat(none.count()).isZero();
        assertThat(none.p99Ms()).isZero();
        assertThat(none.curve()).isEmpty();
    }

    @Test
    void theAddedTimeIsTheDifferenceAndTheTaxTheRatio() {
        Report report = report(List.of());
        Result.FirstTokenAt at =
                report.of(Result.FirstToken.class).findFirst().orElseThrow().at().getFirst();
        assertThat(at.addedP50Ms()).isBetween(4.4, 4.6);
        assertThat(at.timesBareP50()).isBetween(8.8, 9.2);
        Result.StreamingTaxAt tax =
                report.of(Result.StreamingTax.class).findFirst().orElseThrow().at().getFirst();
        assertThat(tax.taxP50Percent()).isBetween(890.0, 910.0);
    }

    @Test
    void thePageLoadsNothingAndItsPlotsAreWellFormed() throws Exception {
        String page = Page.html(report(List.of()));
        assertThat(page)
                .doesNotContain("http:", "https:", "src=", "href=", "url(", "@import", "<script");
        assertThat(page).contains("A &lt;fast&gt; processor").doesNotContain("NaN", "Infinity");
        String body = page.substring(page.indexOf("<main>"), page.indexOf("</main>") + 7);
        assertThat(
                        DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(
                                        new ByteArrayInputStream(
                                                body.getBytes(StandardCharsets.UTF_8)))
                                .getElementsByTagName("svg")
                                .getLength())
                .isEqualTo(5);
    }

    @Test
    void aFailureStandsFirst() {
        Report report = report(List.of("trace: 1 of 1000: ERROR internal: a|b"));
        assertThat(report.failures()).hasSize(1);
        assertThat(Page.html(report)).contains("<li>trace: 1 of 1000: ERROR internal: a|b</li>");
        assertThat(Summary.markdown(report)).contains("**Failed:**\n\n- trace: 1 of 1000");
        assertThat(Summary.markdown(report(List.of()))).contains("Nothing was lost");
    }

    @Test
    void filesAreWrittenAndTheFiguresCanBeReadAgain(@TempDir Path folder) throws Exception {
        Path page = new ReportFolder(folder.resolve("a")).write(report(List.of()));
        new ReportFolder(folder.resolve("b")).publish(report(List.of()));
        assertThat(page).isNotEmptyFile();
        assertThat(folder.resolve("b/latest.md")).isNotEmptyFile();
        JsonNode json = Json.tree(Files.readAllBytes(folder.resolve("b/latest.json")));
        assertThat(json.path("machine").path("commit").asString()).isEqualTo("abc");
        JsonNode first = json.path("results").path(1);
        assertThat(first.path("benchmark").asString()).isEqualTo("FirstToken");
        assertThat(first.path("at").path(0).path("added_p50_ms").asDouble()).isBetween(4.4, 4.6);
        assertThat(first.path("at").path(0).path("direct").path("p99_ms").isNumber()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // largest value | ticks
                "1    | 0 0.2 0.4 0.6 0.8 1",
                "47   | 0 10 20 30 40 50",
                "0    | 0 0.0000000002 0.0000000004 0.0000000006 0.0000000008 0.000000001",
                "6000 | 0 1000 2000 3000 4000 5000 6000",
            })
    void aLinearAxisHasRoundTicks(double max, String ticks) {
        List<Double> expected = Arrays.stream(ticks.split(" ")).map(Double::valueOf).toList();
        List<Double> actual = Axis.linear(max).ticks();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), offset(1e-12 + max * 1e-9));
        }
    }

    @Test
    void aLogarithmicAxisGivesEveryDecadeTheSameRoom() {
        Axis axis = Axis.logarithmic(0.7, 800);
        assertThat(axis.min()).isEqualTo(0.5);
        assertThat(axis.max()).isEqualTo(1_000);
        assertThat(axis.position(0.5)).isZero();
        assertThat(axis.position(1_000)).isEqualTo(1);
        assertThat(axis.position(10) - axis.position(1))
                .isCloseTo(axis.position(100) - axis.position(10), offset(1e-9));
        assertThat(axis.ticks()).contains(0.5, 1.0, 10.0, 1_000.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0.00",
                "0.01234 | 0.012",
                "0.5 | 0.50",
                "12.345 | 12.3",
                "1234.5 | 1,235",
                "-3.2 | -3.20"
            })
    void numbersShowTheDigitsThatTheyCarry(double value, String text) {
        assertThat(Figures.number(value)).isEqualTo(text);
    }
}

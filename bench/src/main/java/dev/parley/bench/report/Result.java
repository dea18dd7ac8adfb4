package dev.parley.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one benchmark found. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "benchmark")
public sealed interface Result {

    /** What was lost or wrong, each in a sentence; with any of them the run fails. */
    List<String> failures();

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    /**
     * Time and memory of a start.
     *
     * @param firstStartMs from the start of the process until the page answered, on an empty folder
     * @param firstAnswerMs from the same moment until the first chat was answered
     * @param secondStartMs on the folder that the first one left
     * @param residentMib of the process, idle
     * @param treeMib of the process and the database's
     * @param idleCores share of a core that it uses idle
     */
    record Start(
            double firstStartMs,
            double firstAnswerMs,
            double secondStartMs,
            int idleSeconds,
            @Nullable Long residentMib,
            @Nullable Long treeMib,
            @Nullable Double idleCores,
            List<String> javaOptions)
            implements Result {
        @Override
        public List<String> failures() {
            return List.of();
        }
    }

    /**
     * Sessions under strain.
     *
     * @param what was done, as a heading
     * @param how in sentences, with the conditions
     */
    record Sessions(String what, String how, List<Measured> figures, List<String> failures)
            implements Result {}

    /**
     * One figure.
     *
     * @param atMost what is to be reached; null: nothing is said of it
     */
    record Measured(String name, double value, String unit, @Nullable Double atMost) {}

    /** Added time to the first token. */
    record FirstToken(String load, List<FirstTokenAt> at, List<String> failures)
            implements Result {}

    /**
     * At one number of streams.
     *
     * @param requestsPerSecond that the pipeline was given
     * @param bare three bare hops of the broker; null when it was not reached
     * @param coresOfSystem processor time of the system a second, while it was measured
     */
    record FirstTokenAt(
            int streams,
            double requestsPerSecond,
            Distribution direct,
            Distribution pipeline,
            @Nullable Distribution bare,
            @Nullable Double coresOfSystem,
            double coresOfBench) {

        @JsonProperty("added_p50_ms")
        public double addedP50Ms() {
            return rounded(pipeline.p50Ms() - direct.p50Ms());
        }

        @JsonProperty("added_p90_ms")
        public double addedP90Ms() {
            return rounded(pipeline.p90Ms() - direct.p90Ms());
        }

        @JsonProperty("added_p99_ms")
        public double addedP99Ms() {
            return rounded(pipeline.p99Ms() - direct.p99Ms());
        }

        /** Added time by the bare hops' time, both at the median. */
        @JsonProperty("times_bare_p50")
        public @Nullable Double timesBareP50() {
            return bare == null || bare.p50Ms() == 0 ? null : rounded(addedP50Ms() / bare.p50Ms());
        }
    }

    /** Streaming tax. */
    record StreamingTax(
            int tokens, double tokensPerSecond, List<StreamingTaxAt> at, List<String> failures)
            implements Result {}

    /**
     * At one number of streams.
     *
     * @param framesPerToken less than 1 where tokens were merged
     * @param directTokenPath provider to direct client
     * @param pipelineTokenPath provider through the pipeline to the socket
     */
    record StreamingTaxAt(
            int streams,
            Distribution direct,
            Distribution pipeline,
            Distribution directFirstToken,
            Distribution pipelineFirstToken,
            Distribution directTokenPath,
            Distribution pipelineTokenPath,
            double framesPerToken,
            @Nullable Double coresOfSystem,
            double coresOfBench) {

        @JsonProperty("tax_p50_percent")
        public double taxP50Percent() {
            return rounded((pipeline.p50Ms() / direct.p50Ms() - 1) * 100);
        }

        @JsonProperty("tax_p99_percent")
        public double taxP99Percent() {
            return rounded((pipeline.p99Ms() / direct.p99Ms() - 1) * 100);
        }
    }

    /**
     * Real traffic.
     *
     * @param lag how late requests were sent, against the schedule
     * @param speedUpReached the trace's time by the time until the last terminal
     * @param series one point a second
     */
    record Trace(
            String file,
            int requests,
            double speedUp,
            double tokensPerSecondOfAnswer,
            double speedUpReached,
            double seconds,
            double requestsPerSecond,
            double tokensPerSecond,
            int users,
            int concurrentMax,
            Distribution firstToken,
            Distribution accepted,
            Distribution answer,
            Distribution lag,
            TraceChecks checks,
            @Nullable Double coresOfSystem,
            double coresOfBench,
            List<Second> series,
            List<String> failures)
            implements Result {}

    /**
     * What was counted.
     *
     * @param terminals of both kinds together
     * @param stored turns of the assistant found in the history, each once, with the text that was
     *     shown
     * @param storedAfterMs from the last terminal until all were found
     * @param providerCallsExtra answers that the provider was asked for again
     */
    record TraceChecks(
            int sent,
            int accepted,
            int done,
            int errors,
            int terminals,
            @Nullable Integer stored,
            @Nullable Integer storedTwice,
            @Nullable Double storedAfterMs,
            int providerCallsExtra) {}

    /** What ended in one second of the run, and how long its first tokens took. */
    record Second(
            int second,
            int sent,
            int ended,
            long tokens,
            double firstTokenP50Ms,
            double firstTokenMaxMs) {}
}

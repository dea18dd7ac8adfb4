package dev.parley.bench;

import java.util.List;
import picocli.CommandLine.Option;

/** How the added time to the first token is measured. */
final class FirstTokenOptions {

    @Option(
            names = "--streams",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,50,200",
            description = "How many ask at once (default: ${DEFAULT-VALUE}).")
    private List<Integer> streams = List.of();

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "600",
            description = "Of each way at each number of streams (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "300",
            description = "Exchanges of each way that are not counted (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "4",
            description = "In which the ways take turns (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "20",
            description = "Of an answer (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--pace",
            paramLabel = "TOKENS",
            defaultValue = "0",
            description = "Tokens a second of an answer; 0: at once (default: ${DEFAULT-VALUE}).")
    private double pace;

    @Option(
            names = "--prompt-chars",
            paramLabel = "N",
            defaultValue = "200",
            description = "Length of a question (default: ${DEFAULT-VALUE}).")
    private int promptChars;

    FirstTokenBench.Plan plan(long seed) {
        return new FirstTokenBench.Plan(
                streams, samples, warmUp, rounds, new Askers.Load(tokens, pace, promptChars), seed);
    }
}

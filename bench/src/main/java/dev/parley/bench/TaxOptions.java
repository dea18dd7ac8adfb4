package dev.parley.bench;

import java.util.List;
import picocli.CommandLine.Option;

/** How the streaming tax is measured. */
final class TaxOptions {

    @Option(
            names = "--streams",
            paramLabel = "N",
            split = ",",
            defaultValue = "50,200",
            description = "How many answers at once (default: ${DEFAULT-VALUE}).")
    private List<Integer> streams = List.of();

    @Option(
            names = "--answers",
            paramLabel = "N",
            defaultValue = "6",
            description = "Of each stream and way (default: ${DEFAULT-VALUE}).")
    private int answers;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "2",
            description = "In which the ways take turns (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "100",
            description = "Of an answer (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--pace",
            paramLabel = "TOKENS",
            defaultValue = "50",
            description = "Tokens a second of an answer (default: ${DEFAULT-VALUE}).")
    private double pace;

    StreamingTaxBench.Plan plan(long seed) {
        return new StreamingTaxBench.Plan(
                streams, answers, rounds, new Askers.Load(tokens, pace, 200), seed);
    }
}

package dev.parley.bench;

import dev.parley.bench.trace.Schedule;
import dev.parley.bench.trace.TraceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of the trace is played, and how. */
final class TraceOptions {

    private static final String FILE = "azure-llm-trace-conv-2023.csv";

    /** Requests played before, from the beginning of the trace. */
    private static final int WARM_UP = 50;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "Recorded traffic (default: " + FILE + " in shared/data beside the project).")
    private @Nullable Path trace;

    @Option(
            names = "--requests",
            paramLabel = "K",
            defaultValue = "1000",
            description = "How many of it, from its beginning (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--speed-up",
            paramLabel = "N",
            defaultValue = "10",
            description = "How much faster than recorded (default: ${DEFAULT-VALUE}).")
    private double speedUp;

    @Option(
            names = "--answer-pace",
            paramLabel = "TOKENS",
            defaultValue = "0",
            description = "Tokens a second of an answer; 0: at once (default: ${DEFAULT-VALUE}).")
    private double pace;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Users at the beginning; more come when all are busy (default:"
                            + " ${DEFAULT-VALUE}).")
    private int users;

    @Option(
            names = "--turns",
            paramLabel = "N",
            defaultValue = "10",
            description = "Turns of a conversation, then a new one (default: ${DEFAULT-VALUE}).")
    private int turns;

    @Option(
            names = "--prompt-chars-max",
            paramLabel = "N",
            defaultValue = "4000",
            description =
                    "A question is as long as the recorded context, up to this (default:"
                            + " ${DEFAULT-VALUE}).")
    private int promptCharsMax;

    /** Reads the file. */
    TraceBench.Plan plan(Path root) {
        Path file = file(root);
        return new TraceBench.Plan(
                file.getFileName().toString(),
                new Schedule(TraceFile.read(file, requests), speedUp),
                pace,
                users,
                turns,
                promptCharsMax,
                WARM_UP);
    }

    boolean isThere(Path root) {
        return Files.exists(file(root));
    }

    private Path file(Path root) {
        return trace == null ? root.resolve("../shared/data").resolve(FILE).normalize() : trace;
    }
}

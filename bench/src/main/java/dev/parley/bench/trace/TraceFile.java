package dev.parley.bench.trace;

import dev.parley.bench.system.BenchFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Azure LLM inference traces: {@code TIMESTAMP,ContextTokens,GeneratedTokens}, times with up to
 * seven digits after the second.
 */
public final class TraceFile {

    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSSS]", Locale.ROOT);
    private static final int COLUMNS = 3;

    private TraceFile() {}

    /**
     * One request.
     *
     * @param offset from the first one of the trace
     */
    public record Arrival(Duration offset, int contextTokens, int generatedTokens) {}

    /** The first {@code max} requests. */
    public static List<Arrival> read(Path file, int max) {
        if (Files.notExists(file)) {
            throw new BenchFailure(
                    "There is no "
                            + file
                            + ": get AzureLLMInferenceTrace_conv.csv of the repository"
                            + " Azure/AzurePublicDataset and name it with --trace.");
        }
        try (Stream<String> lines = Files.lines(file)) {
            return parse(lines, max);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Arrival> parse(Stream<String> lines, int max) {
        List<Arrival> arrivals = new ArrayList<>();
        @Nullable LocalDateTime first = null;
        int number = 0;
        for (String line : (Iterable<String>) lines::iterator) {
            number++;
            if (number == 1) {
                requireHeader(line);
            } else if (arrivals.size() < max && !line.isBlank()) {
                String[] columns = line.split(",", -1);
                LocalDateTime at = time(columns, number);
                first = first == null ? at : first;
                Duration offset = Duration.between(first, at);
                if (offset.isNegative()) {
                    throw malformed(number, "it is earlier than the first");
                }
                arrivals.add(
                        new Arrival(offset, count(columns, 1, number), count(columns, 2, number)));
            }
        }
        return arrivals;
    }

    private static void requireHeader(String line) {
        if (!line.strip().equals(HEADER)) {
            throw new BenchFailure("The trace begins with \"" + line + "\" instead of " + HEADER);
        }
    }

    private static LocalDateTime time(String[] columns, int number) {
        if (columns.length != COLUMNS) {
            throw malformed(number, "it has " + columns.length + " columns instead of " + COLUMNS);
        }
        try {
            return LocalDateTime.parse(columns[0], TIME);
        } catch (DateTimeParseException e) {
            throw malformed(number, "\"" + columns[0] + "\" is no time");
        }
    }

    private static int count(String[] columns, int column, int number) {
        try {
            int count = Integer.parseInt(columns[column].strip());
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a negative one.
        }
        throw malformed(number, "\"" + columns[column] + "\" is no number of tokens");
    }

    private static BenchFailure malformed(int number, String why) {
        return new BenchFailure("Line " + number + " of the trace cannot be read: " + why + ".");
    }
}

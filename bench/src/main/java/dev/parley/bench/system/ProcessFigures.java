package dev.parley.bench.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Memory and processor time of processes, from {@code /proc}. */
public final class ProcessFigures {

    private ProcessFigures() {}

    /**
     * Memory of a process and of those that it started.
     *
     * @param residentMib of the process itself
     * @param treeMib of all, pages that several share counted once (proportional set size)
     */
    public record Memory(long residentMib, long treeMib) {}

    /** Absent where there is no {@code /proc}. */
    public static Optional<Memory> memory(long pid) {
        Optional<Long> resident = kib(pid, "status", "VmRSS:");
        long tree = 0;
        for (long each : tree(pid)) {
            tree += kib(each, "smaps_rollup", "Pss:").orElse(0L);
        }
        long treeKib = tree;
        return resident.map(kib -> new Memory(kib >> 10, treeKib >> 10));
    }

    /**
     * Processor time that a process has used.
     *
     * @param withDescendants whether those that it started, and that still live, count
     */
    public static Duration processorTime(long pid, boolean withDescendants) {
        return (withDescendants ? tree(pid) : List.of(pid))
                .stream()
                        .map(ProcessHandle::of)
                        .flatMap(Optional::stream)
                        .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
                        .reduce(Duration.ZERO, Duration::plus);
    }

    /** Options of a Java process, as it was given them; empty where there is no {@code /proc}. */
    public static List<String> javaOptions(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return Arrays.stream(line.split("\0", -1))
                    .skip(1)
                    .takeWhile(option -> !option.equals("-jar"))
                    .map(option -> option.replaceAll("=.*/", "=…/"))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Long> tree(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static Optional<Long> kib(long pid, String file, String field) {
        Path path = Path.of("/proc", Long.toString(pid), file);
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

package dev.parley.bench.system;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Under what conditions the figures were made.
 *
 * @param loadBefore load average of the last minute when the run began; near 0 on a quiet machine
 * @param version of Parley
 * @param commit of its source; "unknown" outside a checkout
 */
public record Machine(
        Instant at,
        String processor,
        int cores,
        long memoryMib,
        String operatingSystem,
        String java,
        double loadBefore,
        String version,
        String commit) {

    /** This machine, now. */
    public static Machine here(Path root, Instant now) {
        String version = Machine.class.getPackage().getImplementationVersion();
        return new Machine(
                now.truncatedTo(ChronoUnit.SECONDS),
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                memoryTotalMib(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                version == null ? "development" : version,
                commitOf(root));
    }

    private static String processorName() {
        return field(Path.of("/proc/cpuinfo"), "model name")
                .orElse(System.getProperty("os.arch", "unknown"));
    }

    private static long memoryTotalMib() {
        return field(Path.of("/proc/meminfo"), "MemTotal")
                .map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) >> 10)
                .orElse(0L);
    }

    private static Optional<String> field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String commitOf(Path root) {
        try {
            Process git =
                    new ProcessBuilder(
                                    List.of(
                                            "git",
                                            "-C",
                                            root.toString(),
                                            "describe",
                                            "--always",
                                            "--dirty",
                                            "--abbrev=10"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0
                    ? text.strip()
                    : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}

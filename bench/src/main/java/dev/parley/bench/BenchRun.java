package dev.parley.bench;

import dev.parley.bench.report.Report;
import dev.parley.bench.report.ReportFolder;
import dev.parley.bench.report.Result;
import dev.parley.bench.system.BenchFailure;
import dev.parley.bench.system.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Runs benchmarks one after another and writes their report. */
final class BenchRun {

    /** Something was lost, doubled or changed. */
    static final int EXIT_FAILED = 1;

    private final BenchOptions options;
    private final PrintWriter out;
    private final Progress progress;
    private final Machine machine;
    private final List<Result> results = new ArrayList<>();

    BenchRun(BenchOptions options, PrintWriter out) {
        this.options = options;
        this.out = out;
        this.progress = new Progress(out);
        this.machine = Machine.here(options.root(), Instant.now());
    }

    /** A benchmark that needs provider, load and a running system. */
    interface InLab {
        Result run(Lab lab, Progress progress) throws InterruptedException;
    }

    void start(int idleSeconds) throws InterruptedException {
        results.add(new StartBench(options, Duration.ofSeconds(idleSeconds), progress).run());
    }

    /** All in one lab: the system under test is started once. */
    void inLab(List<InLab> benchmarks) throws InterruptedException {
        progress.say("starting the system under test");
        try (Lab lab = Lab.open(options)) {
            for (InLab benchmark : benchmarks) {
                results.add(benchmark.run(lab, progress));
            }
        }
    }

    /** Writes the report, says where, and returns the exit code. */
    int finish() {
        Report report =
                new Report(
                        machine,
                        options.describeSystem(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        results);
        try {
            Path page = new ReportFolder(options.out()).write(report);
            Path published = options.publishTo();
            if (published != null) {
                new ReportFolder(published).publish(report);
            }
            out.println();
            out.println(ReportFolder.text(report));
            out.println("Report: " + page.toAbsolutePath().normalize());
            out.flush();
        } catch (IOException e) {
            throw new BenchFailure("The report cannot be written to " + options.out(), e);
        }
        return report.failures().isEmpty() ? 0 : EXIT_FAILED;
    }
}

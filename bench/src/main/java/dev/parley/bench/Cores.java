package dev.parley.bench;

import dev.parley.bench.system.ProcessFigures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Processor time a second of the measured system and of the benchmark itself, added over phases.
 */
final class Cores {

    private final @Nullable Long systemPid;
    private Duration system = Duration.ZERO;
    private Duration bench = Duration.ZERO;
    private long nanos;
    private Duration systemAtStart = Duration.ZERO;
    private Duration benchAtStart = Duration.ZERO;
    private long startNanos;

    /**
     * @param systemPid null: not known, and so is its processor time
     */
    Cores(@Nullable Long systemPid) {
        this.systemPid = systemPid;
    }

    void start() {
        systemAtStart = systemNow();
        benchAtStart = ProcessFigures.processorTime(ProcessHandle.current().pid(), false);
        startNanos = System.nanoTime();
    }

    void stop() {
        nanos += System.nanoTime() - startNanos;
        system = system.plus(systemNow().minus(systemAtStart));
        bench =
                bench.plus(
                        ProcessFigures.processorTime(ProcessHandle.current().pid(), false)
                                .minus(benchAtStart));
    }

    @Nullable Double ofSystem() {
        return systemPid == null ? null : perSecond(system);
    }

    double ofBench() {
        return perSecond(bench);
    }

    private Duration systemNow() {
        return systemPid == null ? Duration.ZERO : ProcessFigures.processorTime(systemPid, true);
    }

    private double perSecond(Duration used) {
        return nanos == 0 ? 0 : Math.round(100.0 * used.toNanos() / nanos) / 100.0;
    }
}

package dev.parley.bench.report;

import dev.parley.bench.system.Machine;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run of the benchmarks.
 *
 * @param system what was measured, in a few words
 * @param loadAfter load average of the last minute when the run ended, its own work included
 */
public record Report(Machine machine, String system, double loadAfter, List<Result> results) {

    public Report {
        results = List.copyOf(results);
    }

    public List<String> failures() {
        return results.stream().flatMap(result -> result.failures().stream()).toList();
    }

    /** Whether others used the machine when the run began, so that times say little. */
    public boolean isNoisy() {
        return machine.loadBefore() > machine.cores() / 2.0;
    }

    /** The results of one kind, in the order made. */
    public <T extends Result> Stream<T> of(Class<T> kind) {
        return results.stream().filter(kind::isInstance).map(kind::cast);
    }
}

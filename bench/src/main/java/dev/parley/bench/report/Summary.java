package dev.parley.bench.report;

import dev.parley.bench.system.Machine;
import java.util.List;
import java.util.Locale;

/** The report as Markdown. */
final class Summary {

    static final String NOISY =
            "The machine was not quiet when the run began: times are larger than they would be, and"
                    + " only what was counted can be relied on.";

    private Summary() {}

    static String markdown(Report report) {
        StringBuilder text = new StringBuilder("# Benchmark of Parley\n\n");
        text.append(conditions(report)).append("\n\n");
        if (report.isNoisy()) {
            text.append("> ").append(NOISY).append("\n\n");
        }
        text.append(verdict(report)).append('\n');
        for (Result result : report.results()) {
            Sections.Section section = Sections.of(result);
            text.append("\n## ").append(section.heading()).append("\n\n");
            text.append(section.text()).append("\n");
            section.tables().forEach(table -> text.append('\n').append(table.markdown()));
        }
        return text.toString();
    }

    static String conditions(Report report) {
        Machine machine = report.machine();
        return String.format(
                Locale.ROOT,
                "%s · commit %s · version %s · %s, %d cores, %,d MiB · %s · %s · load average %.2f"
                        + " before, %.2f after · load generator and provider on the same machine ·"
                        + " %s",
                machine.at(),
                machine.commit(),
                machine.version(),
                machine.processor(),
                machine.cores(),
                machine.memoryMib(),
                machine.operatingSystem(),
                machine.java(),
                machine.loadBefore(),
                report.loadAfter(),
                report.system());
    }

    static String verdict(Report report) {
        List<String> failures = report.failures();
        if (failures.isEmpty()) {
            return "Nothing was lost, doubled or changed.\n";
        }
        StringBuilder text = new StringBuilder("**Failed:**\n\n");
        failures.forEach(failure -> text.append("- ").append(failure).append('\n'));
        return text.toString();
    }
}

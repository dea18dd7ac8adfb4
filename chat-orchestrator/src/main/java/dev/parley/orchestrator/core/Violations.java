package dev.parley.orchestrator.core;

import dev.parley.schemas.record.ResultEvent.GuardReported;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of a user that the guard blocked, or whose answers it blocked, newest last. Warnings do
 * not count, and one message counts once, however many attempts report it.
 */
public record Violations(List<Violation> all) {

    public static final Violations NONE = new Violations(List.of());

    /** One message. */
    public record Violation(String messageId, Instant at) {}

    public Violations {
        all = all == null ? List.of() : List.copyOf(all);
    }

    /**
     * With another report; those outside the window are dropped, and no more are kept than it takes
     * to reach {@code max}.
     */
    public Violations with(GuardReported report, Instant now, Duration window, int max) {
        List<Violation> kept = new ArrayList<>();
        for (Violation violation : all) {
            if (violation.at().isAfter(now.minus(window))
                    && !violation.messageId().equals(report.messageId())) {
                kept.add(violation);
            }
        }
        if (report.verdict().equals("block")) {
            kept.add(new Violation(report.messageId(), now));
        }
        return new Violations(kept.subList(Math.max(0, kept.size() - max), kept.size()));
    }

    /** Whether there are so many that the user is to be blocked. */
    public boolean reach(int max) {
        return all.size() >= max;
    }
}

package dev.parley.worker.guard;

import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All checks together: the strictest verdict counts, and a check that fails by configuration. */
public final class Guards {

    /** Nothing is checked. */
    public static final Guards OFF = new Guards(List.of(), GuardSettings.OnFailure.ALLOW, 0);

    private static final Logger LOG = LoggerFactory.getLogger(Guards.class);
    private static final String FAILED = "check_failed";

    private final List<Guard> guards;
    private final GuardSettings.OnFailure onFailure;
    private final int holdChars;

    public Guards(List<Guard> guards, GuardSettings.OnFailure onFailure, int holdChars) {
        this.guards = List.copyOf(guards);
        this.onFailure = onFailure;
        this.holdChars = holdChars;
    }

    public boolean check(Guard.Stage stage) {
        return guards.stream().anyMatch(guard -> guard.checks(stage));
    }

    /** What is shown of an answer, and when; each answer has its own. */
    public AnswerScreen screen(Instant deadline) {
        boolean whole =
                guards.stream()
                        .anyMatch(guard -> guard.checks(Guard.Stage.ANSWER) && guard.needsWhole());
        return new AnswerScreen(
                this, check(Guard.Stage.ANSWER), whole ? Integer.MAX_VALUE : holdChars, deadline);
    }

    /** The strictest verdict on a text. */
    public Guard.Verdict verdict(Guard.Stage stage, String text, Instant deadline) {
        Guard.Verdict strictest = Guard.Verdict.ALLOWED;
        for (Guard guard : guards) {
            if (guard.checks(stage) && strictest.outcome() != Guard.Outcome.BLOCK) {
                Guard.Verdict verdict = verdictOf(guard, stage, text, deadline);
                if (verdict.outcome().compareTo(strictest.outcome()) > 0) {
                    strictest = verdict;
                }
            }
        }
        return strictest;
    }

    private Guard.Verdict verdictOf(Guard guard, Guard.Stage stage, String text, Instant deadline) {
        try {
            return guard.check(stage, text, deadline);
        } catch (Guard.UncheckableException | RuntimeException e) {
            LOG.warn("a check of the guard failed: {}", e.toString());
            return onFailure == GuardSettings.OnFailure.ALLOW
                    ? Guard.Verdict.ALLOWED
                    : new Guard.Verdict(
                            Guard.Outcome.BLOCK,
                            FAILED,
                            "This could not be checked, and is therefore not passed on.");
        }
    }

    static String message(Guard.Outcome outcome, Guard.Stage stage) {
        String what = stage == Guard.Stage.PROMPT ? "Your message" : "The answer";
        return switch (outcome) {
            case BLOCK -> what + " is against the rules of this system.";
            case WARN -> what + " may be against the rules of this system.";
            case ALLOW -> "";
        };
    }
}

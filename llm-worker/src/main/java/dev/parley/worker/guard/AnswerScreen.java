package dev.parley.worker.guard;

import java.time.Instant;

/**
 * Holds an answer's text back until it has been checked. The newest characters always wait for what
 * follows them, so that a pattern of that length is seen whole before any of it is shown. One
 * thread.
 */
public final class AnswerScreen {

    /** How much is gathered before it is checked again. */
    private static final int STEP_CHARS = 64;

    /** How much of what was shown is looked at again, for patterns that began there. */
    private static final int BEFORE_CHARS_MAX = 2_000;

    private final Guards guards;
    private final boolean checks;
    private final int holdChars;
    private final Instant deadline;

    private final StringBuilder text = new StringBuilder();
    private int shown;
    private int checked;
    private Guard.Verdict verdict = Guard.Verdict.ALLOWED;

    AnswerScreen(Guards guards, boolean checks, int holdChars, Instant deadline) {
        this.guards = guards;
        this.checks = checks;
        this.holdChars = holdChars;
        this.deadline = deadline;
    }

    /** Takes a piece; what may be shown now, perhaps nothing. */
    public String pass(String piece) {
        if (!checks) {
            return piece;
        }
        text.append(piece);
        if (holdChars == Integer.MAX_VALUE || text.length() - checked < STEP_CHARS) {
            return "";
        }
        return check() ? shownUpTo(Math.max(shown, text.length() - holdChars)) : "";
    }

    /** What may be shown when nothing follows: before tools are called, and at the end. */
    public String rest() {
        if (!checks || shown == text.length()) {
            return "";
        }
        return check() ? shownUpTo(text.length()) : "";
    }

    /** The strictest so far; after {@link Guard.Outcome#BLOCK} nothing is shown any more. */
    public Guard.Verdict verdict() {
        return verdict;
    }

    private boolean check() {
        if (verdict.outcome() == Guard.Outcome.BLOCK) {
            return false;
        }
        int from = holdChars == Integer.MAX_VALUE ? 0 : Math.max(0, shown - BEFORE_CHARS_MAX);
        Guard.Verdict newest = guards.verdict(Guard.Stage.ANSWER, text.substring(from), deadline);
        checked = text.length();
        if (newest.outcome().compareTo(verdict.outcome()) > 0) {
            verdict = newest;
        }
        return verdict.outcome() != Guard.Outcome.BLOCK;
    }

    private String shownUpTo(int end) {
        String piece = text.substring(shown, end);
        shown = end;
        return piece;
    }
}

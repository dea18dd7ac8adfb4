package dev.parley.worker.guard;

import java.time.Instant;

/** One check. */
public interface Guard {

    /** What is checked. */
    enum Stage {
        PROMPT,
        ANSWER
    }

    /** How it came out; the strictest counts, in this order. */
    enum Outcome {
        ALLOW,
        WARN,
        BLOCK
    }

    /**
     * @param rule name of what decided it; empty for {@link Outcome#ALLOW}
     * @param message for the user
     */
    record Verdict(Outcome outcome, String rule, String message) {
        public static final Verdict ALLOWED = new Verdict(Outcome.ALLOW, "", "");
    }

    /** Whether it has anything to say at this stage. */
    boolean checks(Stage stage);

    /** Whether an answer must be whole before it can be checked. */
    boolean needsWhole();

    /**
     * @throws UncheckableException when it cannot be said
     */
    Verdict check(Stage stage, String text, Instant deadline) throws UncheckableException;

    /** The check itself failed. */
    final class UncheckableException extends Exception {
        private static final long serialVersionUID = 1L;

        public UncheckableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}

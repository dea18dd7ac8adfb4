package dev.parley.worker.tool;

/**
 * What became of a call.
 *
 * @param status one of ok, error, denied, timeout
 * @param text for the model and the user, cut and marked where it was too long
 */
public record ToolOutcome(String status, String text) {

    public static final String OK = "ok";
    public static final String ERROR = "error";
    public static final String DENIED = "denied";
    public static final String TIMEOUT = "timeout";

    public static ToolOutcome error(String text) {
        return new ToolOutcome(ERROR, text);
    }

    /** Outside the rights, unknown, or not accepted: all the same to the model. */
    public static ToolOutcome denied() {
        return new ToolOutcome(DENIED, "This tool may not be used here. Go on without it.");
    }
}

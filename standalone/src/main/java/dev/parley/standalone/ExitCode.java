package dev.parley.standalone;

/**
 * How the one-command run ends, for scripts. Ended by a signal, it is 128 and the signal's number.
 */
enum ExitCode {
    OK(0),
    /** A fault of ours; the log file says more. */
    FAULT(1),
    /** The command line is wrong. */
    USAGE(2),
    /** Another run uses the data folder. */
    ALREADY_RUNNING(3),
    /** Another program listens on a port that was asked for. */
    PORT_TAKEN(4),
    /** The data folder cannot be written, is on a full disk, or is not one of ours. */
    DATA_FOLDER(5),
    /** The Java that runs is too old; {@code ./parley} looks for a right one itself. */
    JAVA_VERSION(6),
    /** The broker, the database or a service did not start. */
    START_FAILED(7),
    /** The broker gave up while running: mostly a disk that became full. */
    BROKER_LOST(8);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}

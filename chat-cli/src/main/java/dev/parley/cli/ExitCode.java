package dev.parley.cli;

/** What the process answers to the script that called it. */
final class ExitCode {

    /** The answer is complete, or the person left. */
    static final int DONE = 0;

    /** An error frame ended the answer. */
    static final int FAILED = 1;

    /** The command line makes no sense. */
    static final int USAGE = 2;

    /** Cannot connect, cannot sign in, or the connection was ended for good. */
    static final int UNREACHABLE = 3;

    /** Ctrl-C before the end, as a shell reports it. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}

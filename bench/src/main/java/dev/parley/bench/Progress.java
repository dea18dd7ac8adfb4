package dev.parley.bench;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells the person who waits what is being done. */
final class Progress {

    private final PrintWriter out;
    private final long startNanos = System.nanoTime();

    Progress(PrintWriter out) {
        this.out = out;
    }

    void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, "%6.1f s  ", (System.nanoTime() - startNanos) / 1e9);
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}

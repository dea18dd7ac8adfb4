package dev.parley.worker.tool.mcp;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that has no more of this one's environment than it needs to run, and that does not
 * outlive it: where there is a shell, a watcher beside it ends it when the worker was killed.
 */
final class ChildProcess {

    /** What programs need to find others, their user's folder, and how to write. */
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TZ");

    private static final File SHELL = new File("/bin/sh");

    /**
     * {@code $0} is the worker. The watcher holds none of the streams, so that their ends are seen,
     * and goes when the server does.
     */
    private static final String WATCHED =
            "server=$$; (while kill -0 \"$0\" && kill -0 $server; do sleep 1; done;"
                    + " kill -9 -$server || kill -9 $server) </dev/null >/dev/null 2>&1 &"
                    + " exec \"$@\"";

    private static final long KILL_WAIT_MS = 500;

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /**
     * @param environment beside what is inherited
     * @throws IOException when the command is not there, in words for the administrator
     */
    static ChildProcess start(List<String> command, Map<String, String> environment)
            throws IOException {
        requireProgram(command.getFirst());
        ProcessBuilder builder = new ProcessBuilder(watched(command));
        Map<String, String> env = builder.environment();
        Map<String, String> own = Map.copyOf(env);
        env.clear();
        for (String name : INHERITED) {
            String value = own.get(name);
            if (value != null) {
                env.put(name, value);
            }
        }
        env.putAll(environment);
        return new ChildProcess(builder.start());
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    InputStream output() {
        return process.getInputStream();
    }

    InputStream errors() {
        return process.getErrorStream();
    }

    long pid() {
        return process.pid();
    }

    /** How it ended, waiting a moment for that. */
    String ending() {
        try {
            return process.waitFor(KILL_WAIT_MS, TimeUnit.MILLISECONDS)
                    ? "its process ended with code " + process.exitValue()
                    : "its process closed its output";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "its process ended";
        }
    }

    /** Asks it and all its descendants to end, and makes them when they do not soon. */
    void kill() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        Thread.ofVirtual()
                .name("mcp-kill-" + process.pid())
                .start(() -> {
                    try {
                        process.waitFor(KILL_WAIT_MS, TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    all.forEach(ProcessHandle::destroyForcibly);
                });
    }

    private static List<String> watched(List<String> command) {
        if (!SHELL.canExecute()) {
            return command;
        }
        List<String> all = new ArrayList<>();
        if (isOnPath("setsid")) {
            // A group of its own, so that what it has started goes with it.
            all.add("setsid");
        }
        all.addAll(
                List.of(
                        SHELL.getPath(),
                        "-c",
                        WATCHED,
                        Long.toString(ProcessHandle.current().pid())));
        all.addAll(command);
        return all;
    }

    private static void requireProgram(String program) throws IOException {
        boolean found =
                program.indexOf(File.separatorChar) >= 0
                        ? new File(program).canExecute()
                        : isOnPath(program);
        if (!found) {
            throw new IOException(
                    "the command "
                            + program
                            + " is not on this worker's PATH"
                            + (program.equals("npx") || program.equals("node")
                                    ? "; install Node.js there"
                                    : ""));
        }
    }

    private static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(File.pathSeparator)) {
                File file = new File(folder, program);
                if (file.isFile() && file.canExecute()) {
                    return true;
                }
            }
        }
        return false;
    }
}

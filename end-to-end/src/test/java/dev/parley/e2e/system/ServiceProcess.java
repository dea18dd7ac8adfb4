package dev.parley.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * One service in a JVM of its own, on the class path of this one. It can be killed, paused, stopped
 * and started again; a new start has the same ports, folder and variables.
 */
public final class ServiceProcess {

    private static final Duration READY_PATIENCE = Duration.ofMinutes(4);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    private final Launch launch;
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final Map<String, String> variables = new HashMap<>();
    private Process process;

    /**
     * What is started.
     *
     * @param name of this instance, for its log
     * @param mainClass of the service
     * @param options of the JVM
     * @param folder for its log and its state
     */
    record Launch(String name, String mainClass, List<String> options, Path folder) {}

    ServiceProcess(Launch launch, Map<String, String> variables) {
        this.launch = launch;
        this.variables.putAll(variables);
    }

    /** Where its own interface is; of a gateway: where clients connect. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Health and metrics. */
    public URI management() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    public String name() {
        return launch.name();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Starts it, or starts it again, and does not wait. */
    public ServiceProcess launch() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launch.options());
        command.add(launch.mainClass());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(variables);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("PARLEY_PORT", Integer.toString(port));
        builder.environment().put("PARLEY_MANAGEMENT_PORT", Integer.toString(managementPort));
        builder.environment()
                .put(
                        "PARLEY_ORCHESTRATOR_STATEDIR",
                        launch.folder().resolve(name() + "-state").toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public void awaitReady() {
        Awaitility.await(name() + " is ready, see " + log())
                .atMost(READY_PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(name() + " ended:\n" + output());
                    }
                    return isReady();
                });
    }

    /** What its readiness probe says now. */
    public boolean isReady() {
        return Readiness.of(management());
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM, and waits until it has ended; gives the exit code. */
    public int terminate() {
        beginToTerminate();
        return awaitExit();
    }

    /** SIGTERM, without waiting. */
    public void beginToTerminate() {
        process.destroy();
    }

    /** SIGSTOP: it keeps its connections and does nothing. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void goOn() {
        signal("CONT");
    }

    /** Starts it again after its end and waits until it is ready. */
    public void startAgain() {
        launch();
        awaitReady();
    }

    public int awaitExit() {
        try {
            if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(name() + " did not end within " + STOP_PATIENCE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** What it has printed so far, of all its starts. */
    public String output() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return launch.folder().resolve(name() + ".log");
    }

    private void signal(String signal) {
        try {
            int status =
                    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (status != 0) {
                throw new AssertionError("kill -" + signal + " of " + name() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

package dev.parley.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The one-command run, in a process of its own, so that it can be killed. */
public final class OneCommandRun implements AutoCloseable {

    private static final Path JAR = Path.of("../standalone/target/standalone.jar");

    /** Seconds on a quiet machine; a busy one takes its time. */
    private static final Duration READY_PATIENCE = Duration.ofMinutes(4);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(45);
    private static final String SECRET = "end-to-end-secret-end-to-end-secret-end";

    private final List<String> through;
    private final Path data;
    private final Map<String, String> environment;
    private final int port = freePort();
    private final int managementPort = freePort();
    private final Path log;
    private Process process;

    private OneCommandRun(List<String> through, Path data, Map<String, String> environment) {
        this.through = through;
        this.data = data;
        this.environment = environment;
        this.log = data.resolveSibling(data.getFileName() + ".out");
        this.process = launch();
        try {
            awaitReady();
        } catch (RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Starts on an empty or a used data folder and waits until it is ready. */
    public static OneCommandRun start(Path data, Map<String, String> environment) {
        return new OneCommandRun(List.of(), data, environment);
    }

    /**
     * The same, but it only gets what the other programs of the machine leave of the processors:
     * where a page is measured as if its server were elsewhere.
     */
    public static OneCommandRun startBehindOthers(Path data, Map<String, String> environment) {
        return new OneCommandRun(List.of("nice", "-n", "15"), data, environment);
    }

    public URI gateway() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public URI management() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    public Tokens tokens() {
        return new Tokens(SECRET);
    }

    public Process process() {
        return process;
    }

    /** Its PostgreSQL, as the owner of everything: for what nobody may do. */
    public Connection database() {
        Path folder = data.resolve("postgres");
        try {
            // The fourth line of the server's own note is its port.
            String port = Files.readAllLines(folder.resolve("cluster/postmaster.pid")).get(3);
            String password = Files.readString(folder.resolve("password")).strip();
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + port.strip() + "/parley", "parley", password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** kill -9 of the whole, without a chance to say goodbye. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM; gives the exit code. */
    public int terminate() {
        process.destroy();
        return awaitExit();
    }

    public void startAgain() {
        process = launch();
        awaitReady();
    }

    /** What the process has printed so far, of all its starts. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(through);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx640m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-jar", JAR.toAbsolutePath().normalize().toString()));
        command.addAll(List.of("--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PARLEY_PORT", Integer.toString(port));
        builder.environment().put("PARLEY_MANAGEMENT_PORT", Integer.toString(managementPort));
        builder.environment().put("PARLEY_JWT_SECRET", SECRET);
        builder.environment().put("PARLEY_DEMO_PASSWORD", "demo-password");
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            if (!Files.exists(JAR)) {
                throw new AssertionError(
                        JAR + " is missing: run the build to its end first (./parley test)");
            }
            Files.createDirectories(data);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        Awaitility.await("the one-command run is ready, see " + log)
                .atMost(READY_PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("it ended:\n" + output());
                    }
                    return Readiness.of(management());
                });
    }

    private int awaitExit() {
        try {
            if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("it did not end within " + STOP_PATIENCE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Below those that the system gives to clients, which would take it before it is bound. */
    private static int freePort() {
        for (int trial = 0; trial < 1_000; trial++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("no port is free");
    }
}

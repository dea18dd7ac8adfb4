package dev.parley.orchestrator;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The service in a process of its own, to be killed, paused and started again on its state. */
public final class OrchestratorProcess implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(120);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String name;
    private final Path folder;
    private final List<String> options;
    private final int managementPort = freePort();
    private Process process;

    public OrchestratorProcess(String name, TestBroker broker, Path folder, String... more) {
        this.name = name;
        this.folder = folder;
        this.options = new ArrayList<>(List.of(more));
        options.addAll(
                List.of(
                        "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                        "--parley.kafka.partitions=4",
                        "--parley.jwt.secret=" + "s".repeat(32),
                        "--parley.master-key=" + "A".repeat(43) + "=",
                        "--parley.orchestrator.state-dir=" + folder.resolve(name),
                        // The tests' own workers say nothing of themselves.
                        "--parley.takeover.abandon-after=10m",
                        "--server.port=0",
                        "--management.server.port=" + managementPort));
    }

    public OrchestratorProcess policy(String yaml) throws IOException {
        Path file = folder.resolve("policy.yaml");
        Files.writeString(file, yaml);
        options.add("--parley.policy-file=" + file);
        return this;
    }

    public OrchestratorProcess start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrchestratorApplication.class.getName()));
        command.addAll(options);
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        new File("target", "orchestrator-" + name + ".log")))
                        .start();
        return this;
    }

    public OrchestratorProcess awaitReady() {
        Awaitility.await(name + " is ready")
                .atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(100))
                .until(this::isReady);
        return this;
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** SIGTERM, and waits for its end. */
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " did not end");
        }
    }

    public void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private boolean isReady() throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError(name + " ended, see target/orchestrator-" + name + ".log");
        }
        try {
            return HTTP.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://localhost:"
                                                                    + managementPort
                                                                    + "/actuator/health/readiness"))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
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

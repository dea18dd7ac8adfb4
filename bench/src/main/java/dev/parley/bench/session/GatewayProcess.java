package dev.parley.bench.session;

import dev.parley.bench.system.BenchFailure;
import dev.parley.bench.system.ProcessFigures;
import dev.parley.bench.system.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A gateway in a process of its own. */
public final class GatewayProcess implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Process process;
    private final int port;
    private final int managementPort;

    private GatewayProcess(Process process, int port, int managementPort) {
        this.process = process;
        this.port = port;
        this.managementPort = managementPort;
    }

    /**
     * Starts it and returns when it is ready.
     *
     * @param root of the project, which is built
     * @param beside whose broker and secret it uses
     * @param options of its JVM
     * @param settings its Spring properties
     */
    public static GatewayProcess start(
            Path root, Target beside, List<String> options, Map<String, String> settings)
            throws InterruptedException {
        Path jar = root.resolve("edge-gateway/target/edge-gateway.jar");
        if (Files.notExists(jar)) {
            throw new BenchFailure("There is no " + jar + "; ./parley run builds it.");
        }
        if (beside.bootstrapServers() == null) {
            throw new BenchFailure("The broker is not known; name it with --bootstrap.");
        }
        try {
            int port = freePort();
            int managementPort = freePort();
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(options);
            command.addAll(List.of("-jar", jar.toString()));
            settings.forEach((name, value) -> command.add("--" + name + "=" + value));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
            builder.environment()
                    .putAll(
                            Map.of(
                                    "PARLEY_PORT",
                                    Integer.toString(port),
                                    "PARLEY_MANAGEMENT_PORT",
                                    Integer.toString(managementPort),
                                    "PARLEY_KAFKA_BOOTSTRAP_SERVERS",
                                    beside.bootstrapServers(),
                                    "PARLEY_ORCHESTRATOR_URL",
                                    "http://127.0.0.1:1",
                                    "PARLEY_JWT_SECRET",
                                    beside.secret()));
            builder.redirectErrorStream(true)
                    .redirectOutput(Files.createTempFile("parley-gateway-", ".log").toFile());
            GatewayProcess gateway = new GatewayProcess(builder.start(), port, managementPort);
            gateway.awaitReady();
            return gateway;
        } catch (IOException e) {
            throw new BenchFailure("A gateway did not start: " + e.getMessage(), e);
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", port);
    }

    public long pid() {
        return process.pid();
    }

    public void kill() {
        process.destroyForcibly();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Resident memory of the process, in KiB, right after a collection. */
    public long residentKib() throws InterruptedException {
        collect();
        return ProcessFigures.memory(pid())
                        .orElseThrow(
                                () -> new BenchFailure("There is no /proc to read memory from."))
                        .residentMib()
                * 1024;
    }

    /** Bytes on the heap after a collection. */
    public long liveHeapBytes() throws InterruptedException {
        collect();
        return (long) metric("jvm_memory_used_bytes{area=\"heap\"");
    }

    /** Sum of the metrics that begin so. */
    public double metric(String beginning) {
        double sum = 0;
        for (String line : get("/actuator/prometheus").split("\n", -1)) {
            if (line.startsWith(beginning)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void collect() throws InterruptedException {
        for (int round = 0; round < 2; round++) {
            try {
                Process jcmd =
                        new ProcessBuilder(
                                        Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                                .toString(),
                                        Long.toString(pid()),
                                        "GC.run")
                                .redirectErrorStream(true)
                                .start();
                try (BufferedReader output = jcmd.inputReader(StandardCharsets.UTF_8)) {
                    output.lines().forEach(line -> {});
                }
                jcmd.waitFor();
            } catch (IOException e) {
                throw new BenchFailure("There is no jcmd beside this Java.", e);
            }
        }
    }

    private void awaitReady() throws InterruptedException {
        long until = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try {
                get("/actuator/health/readiness");
                return;
            } catch (BenchFailure e) {
                if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)
                        || System.nanoTime() > until) {
                    process.destroyForcibly();
                    throw new BenchFailure("A gateway did not become ready.", e);
                }
            }
        }
    }

    private String get(String path) {
        try {
            HttpURLConnection request =
                    (HttpURLConnection)
                            URI.create("http://127.0.0.1:" + managementPort + path)
                                    .toURL()
                                    .openConnection();
            request.setConnectTimeout(2_000);
            request.setReadTimeout(10_000);
            if (request.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new BenchFailure(path + " answered " + request.getResponseCode());
            }
            return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BenchFailure(path + " is not answered: " + e.getMessage(), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package dev.parley.gateway;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The gateway in a process of its own, so that it can be killed without a last word. */
final class GatewayProcess implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(120);

    private final Process process;
    private final int managementPort = freePort();
    final int port = freePort();

    GatewayProcess(TestBroker broker, String... options) throws IOException {
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
                        GatewayApplication.class.getName(),
                        "--parley.port=" + port,
                        "--parley.management-port=" + managementPort,
                        "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                        "--parley.jwt.secret=" + TestGateway.SECRET));
        for (String option : options) {
            command.add("--" + option);
        }
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(new File("target", "gateway-to-be-killed.log"))
                        .start();
    }

    GatewayProcess awaitReady() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            Awaitility.await("the gateway in its own process is ready")
                    .atMost(READY_WITHIN)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> isReady(http));
        }
        return this;
    }

    private boolean isReady(HttpClient http) throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("it ended, see target/gateway-to-be-killed.log");
        }
        try {
            return http.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
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

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
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

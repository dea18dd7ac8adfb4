package dev.parley.bench.system;

import dev.parley.bench.load.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The one-command run in a process of its own, with an empty folder that is deleted afterwards. */
public final class SystemUnderTest implements AutoCloseable {

    /** As {@code ./parley run} starts it. */
    public static final List<String> JAVA_OPTIONS =
            List.of(
                    "-Xms64m",
                    "-Xmx512m",
                    "-XX:MaxMetaspaceSize=256m",
                    "-XX:ReservedCodeCacheSize=128m",
                    "-XX:MaxDirectMemorySize=256m",
                    "-Xss512k",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private static final Duration START_MAX = Duration.ofMinutes(5);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final Duration DELETE_MAX = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(10);

    /** Limits that no benchmark reaches: what is measured is the way, not the refusals. */
    private static final String POLICY =
            """
            roles:
              user:
                limits:
                  concurrent_answers: 100000
                  message_chars: 60000
                  answer_tokens: 16384
                models: ["*"]
            """;

    private final Launch launch;
    private final Path folder;
    private final int port;
    private final String secret = Tokens.randomSecret();
    private Process process;
    private Duration untilPage = Duration.ZERO;

    /**
     * How to start it.
     *
     * @param jar of the one-command run
     * @param javaOptions of its JVM
     * @param modelBaseUrl the provider's
     */
    public record Launch(Path jar, List<String> javaOptions, String modelBaseUrl) {}

    private SystemUnderTest(Launch launch) throws IOException, InterruptedException {
        this.launch = launch;
        this.folder = Files.createTempDirectory("parley-bench-");
        Files.writeString(folder.resolve("policy.yaml"), POLICY);
        this.port = freePort();
        boolean isStarted = false;
        try {
            this.process = start();
            isStarted = true;
        } finally {
            if (!isStarted) {
                deleteFolder();
            }
        }
    }

    /** Starts it and returns when its page answers. */
    public static SystemUnderTest start(Launch launch) throws InterruptedException {
        if (Files.notExists(launch.jar())) {
            throw new BenchFailure(
                    "There is no "
                            + launch.jar()
                            + "; build it with ./mvnw -DskipTests package, or name another with"
                            + " --jar, or a running system with --url.");
        }
        try {
            return new SystemUnderTest(launch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it and starts it again on the same data. */
    public void restart() throws InterruptedException {
        stop();
        try {
            process = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the start of the process until the page answered. */
    public Duration untilPage() {
        return untilPage;
    }

    public long pid() {
        return process.pid();
    }

    public Target target() {
        return new Target(address(), secret, pid(), BrokerPort.of(pid()).orElse(null));
    }

    @Override
    public void close() {
        stop();
        deleteFolder();
    }

    /** The database may write its last files a moment longer than its parent lived. */
    private void deleteFolder() {
        for (long until = System.nanoTime() + DELETE_MAX.toNanos(); ; ) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
                return;
            } catch (IOException | UncheckedIOException e) {
                if (System.nanoTime() > until) {
                    System.err.println(folder + " could not be deleted: " + e.getMessage());
                    return;
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    private Process start() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launch.javaOptions());
        command.addAll(List.of("-jar", launch.jar().toAbsolutePath().toString()));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--management-port", "0"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
        builder.environment()
                .putAll(
                        Map.of(
                                "PARLEY_MODEL_BASE_URL",
                                launch.modelBaseUrl(),
                                "PARLEY_MODEL",
                                "bench",
                                "PARLEY_JWT_SECRET",
                                secret,
                                "PARLEY_POLICY_FILE",
                                folder.resolve("policy.yaml").toString()));
        Path output = folder.resolve("output.txt");
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        long began = System.nanoTime();
        Process started = builder.start();
        awaitPage(started, began, output);
        untilPage = Duration.ofNanos(System.nanoTime() - began);
        return started;
    }

    private void awaitPage(Process started, long beganNanos, Path output)
            throws IOException, InterruptedException {
        while (!pageAnswers()) {
            if (started.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchFailure(
                        "The system under test ended with "
                                + started.exitValue()
                                + ": "
                                + Files.readString(output).strip().lines().reduce("", (a, b) -> b));
            }
            if (System.nanoTime() - beganNanos > START_MAX.toNanos()) {
                started.destroyForcibly().waitFor();
                throw new BenchFailure(
                        "The system under test did not answer within "
                                + START_MAX.toSeconds()
                                + " s.");
            }
        }
    }

    private boolean pageAnswers() {
        try {
            HttpURLConnection request =
                    (HttpURLConnection) address().resolve("/").toURL().openConnection();
            request.setConnectTimeout(1_000);
            request.setReadTimeout(1_000);
            return request.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The one-command run in a process of its own, with an empty folder that is deleted afterwards. */
public final class SystemUnderTest implements AutoCloseable {

    /** Variables that the script reads and the services do not. */
    private static final Set<String> OF_THE_SCRIPT =
            Set.of("PARLEY_MVN", "PARLEY_JDK_FOLDERS", "PARLEY_CLASS_CACHE", "PARLEY_JAVA_OPTIONS");

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
     * @param command to which the options of the one-command run are added
     * @param modelBaseUrl the provider's
     */
    public record Launch(List<String> command, String modelBaseUrl) {

        public Launch {
            command = List.copyOf(command);
        }

        /** By the project's script, as people start it; built and prepared first, off the clock. */
        public static Launch byScript(Path script, String modelBaseUrl)
                throws InterruptedException {
            String run = script.toString();
            try {
                Process prepared =
                        new ProcessBuilder(run, "run", "--help")
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
                if (prepared.waitFor() != 0) {
                    throw new BenchFailure("What is to be measured could not be built.");
                }
            } catch (IOException e) {
                throw new BenchFailure("There is no " + script + "; name a --jar or a --url.", e);
            }
            return new Launch(List.of(run, "run"), modelBaseUrl);
        }

        /** By a jar of the one-command run and options of its JVM. */
        public static Launch byJar(Path jar, List<String> javaOptions, String modelBaseUrl) {
            if (Files.notExists(jar)) {
                throw new BenchFailure("There is no " + jar + ".");
            }
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(javaOptions);
            command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
            return new Launch(command, modelBaseUrl);
        }
    }

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
        List<String> command = new ArrayList<>(launch.command());
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--management-port", "0"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("PARLEY_") && !OF_THE_SCRIPT.contains(name));
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

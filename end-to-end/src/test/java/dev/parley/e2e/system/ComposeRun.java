package dev.parley.e2e.system;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ComposeContainer;

/**
 * Every service in its own container, as {@code infra/compose.yaml} says: two gateways behind
 * HAProxy, two workers.
 */
public final class ComposeRun implements AutoCloseable {

    private static final Path INFRA = Path.of("../infra");
    private static final Duration READY_PATIENCE = Duration.ofMinutes(3);
    private static final Duration BUILD_PATIENCE = Duration.ofMinutes(5);
    private static final String SECRET = "containers-secret-containers-secret-contain";

    private final ComposeContainer compose;
    private final int port = freePort();

    private ComposeRun() {
        buildImages();
        compose =
                new ComposeContainer(new File("../infra/compose.yaml"))
                        .withPull(false)
                        .withBuild(false)
                        .withEnv(environment());
        compose.start();
        awaitReady();
    }

    /** Whether a container engine answers. */
    public static boolean isPossible() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    public static ComposeRun start() {
        Suites.ran(
                "containers", "two gateways, orchestrator, two workers, audit, Kafka, PostgreSQL");
        return new ComposeRun();
    }

    /** The entrance; HAProxy hands each connection to a gateway. */
    public URI gateway() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public Tokens tokens() {
        return new Tokens(SECRET);
    }

    /** Containers of a service, by name. */
    public List<String> instancesOf(String service) {
        return client().listContainersCmd().withShowAll(true).exec().stream()
                .filter(c -> service.equals(c.getLabels().get("com.docker.compose.service")))
                .filter(this::isOurs)
                .sorted(Comparator.comparing(c -> c.getNames()[0]))
                .map(Container::getId)
                .toList();
    }

    /** kill -9. */
    public void kill(String container) {
        client().killContainerCmd(container).exec();
    }

    public void startAgain(String container) {
        try {
            client().startContainerCmd(container).exec();
        } catch (NotModifiedException e) {
            // The engine's restart policy was faster.
        }
    }

    public void pause(String container) {
        client().pauseContainerCmd(container).exec();
    }

    public void unpause(String container) {
        client().unpauseContainerCmd(container).exec();
    }

    public void awaitReady() {
        Awaitility.await("the entrance answers with a gateway that is ready")
                .atMost(READY_PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(() ->
                        new dev.parley.e2e.client.Rest(gateway(), tokens().of("probe", "user"))
                                        .get("/api/me")
                                        .status()
                                == 200);
    }

    @Override
    public void close() {
        compose.stop();
    }

    private boolean isOurs(Container container) {
        String files = container.getLabels().get("com.docker.compose.project.config_files");
        return files != null && files.endsWith("compose.yaml");
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("PARLEY_PORT", Integer.toString(port)),
                Map.entry("PARLEY_TAG", "end-to-end"),
                Map.entry("PARLEY_JWT_SECRET", SECRET),
                Map.entry("PARLEY_MASTER_KEY", "A".repeat(43) + "="),
                Map.entry("PARLEY_DB_PASSWORD", "containers"),
                Map.entry("PARLEY_DEMO_TOKENS_PER_SECOND", "25"),
                Map.entry("PARLEY_SERVICE_MEMORY", "640m"),
                Map.entry("PARLEY_POLICY_DIRECTORY", SharedRun.policy().getParent().toString()),
                Map.entry("PARLEY_POLICY_FILE", "/etc/parley/policy/policy.yaml"),
                Map.entry("PARLEY_KAFKA_IMAGE", image("KAFKA", "apache/kafka:4.2.2")),
                Map.entry("PARLEY_POSTGRES_IMAGE", image("POSTGRES", "postgres:18")),
                Map.entry("PARLEY_HAPROXY_IMAGE", image("HAPROXY", "haproxy:3.2-alpine")));
    }

    private static String image(String part, String official) {
        return System.getenv().getOrDefault("PARLEY_" + part + "_IMAGE", official);
    }

    private static void buildImages() {
        String base = System.getenv().getOrDefault("PARLEY_BASE_IMAGE", "eclipse-temurin:25-jre");
        try {
            Process build =
                    new ProcessBuilder(
                                    INFRA.resolve("images/build").toString(),
                                    "--base",
                                    base,
                                    "--tag",
                                    "end-to-end")
                            .inheritIO()
                            .start();
            if (!build.waitFor(BUILD_PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    || build.exitValue() != 0) {
                throw new AssertionError("the service images could not be built on " + base);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static DockerClient client() {
        return DockerClientFactory.instance().client();
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

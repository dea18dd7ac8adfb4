package dev.parley.bench;

import dev.parley.bench.system.BenchFailure;
import dev.parley.bench.system.SystemUnderTest;
import dev.parley.bench.system.Target;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every benchmark takes. */
final class BenchOptions {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the report goes (default: bench/target/reports of the project).")
    private @Nullable Path out;

    @Option(
            names = "--publish",
            description = "Also keep the summary in docs/bench of the project, to be committed.")
    private boolean publish;

    @Option(
            names = "--jar",
            paramLabel = "FILE",
            description =
                    "The jar of a one-command run to measure (default: ./parley run of the"
                            + " project).")
    private @Nullable Path jar;

    @Option(
            names = "--java-options",
            paramLabel = "OPTIONS",
            defaultValue = "-Xms64m -Xmx512m -Xss512k -XX:+UseSerialGC",
            description = "With --jar, options of its JVM (default: ${DEFAULT-VALUE}).")
    private String javaOptions = "";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "Measure a running system instead; its PARLEY_MODEL_BASE_URL must be the"
                            + " provider of this run (--provider-port), and PARLEY_JWT_SECRET must"
                            + " be set here as it is there.")
    private @Nullable URI url;

    @Option(
            names = "--provider-port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Port of the fake provider (default: any free one).")
    private int providerPort;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Broker for the bare hops (default: the measured system's own).")
    private @Nullable String bootstrap;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides every random pause (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** The project's folder: the nearest one upwards that has a {@code bench} module. */
    Path root() {
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            if (Files.exists(folder.resolve("bench/pom.xml"))) {
                return folder;
            }
        }
        return rootOfJar();
    }

    Path out() {
        return out == null ? root().resolve("bench/target/reports") : out;
    }

    @Nullable Path publishTo() {
        return publish ? root().resolve("docs/bench") : null;
    }

    int providerPort() {
        return providerPort;
    }

    long seed() {
        return seed;
    }

    SystemUnderTest.Launch launch(String modelBaseUrl) throws InterruptedException {
        if (jar == null) {
            return SystemUnderTest.Launch.byScript(root().resolve("parley"), modelBaseUrl);
        }
        List<String> options =
                Arrays.stream(javaOptions.split(" ", -1)).filter(o -> !o.isBlank()).toList();
        return SystemUnderTest.Launch.byJar(jar, options, modelBaseUrl);
    }

    /** For the report. */
    String describeSystem() {
        return url != null
                ? "a running system"
                : jar == null ? "the one-command run" : "the one-command run's jar";
    }

    /** The system that {@code --url} names, or null: one is to be started. */
    @Nullable Target running() {
        if (url == null) {
            return null;
        }
        String secret = System.getenv("PARLEY_JWT_SECRET");
        if (secret == null || providerPort == 0) {
            throw new BenchFailure(
                    "With --url, set PARLEY_JWT_SECRET as the system has it, and --provider-port"
                            + " to the port that its PARLEY_MODEL_BASE_URL names.");
        }
        return new Target(url, secret, null, bootstrap);
    }

    /** The target with the broker that was asked for. */
    Target withBroker(Target target) {
        return bootstrap == null
                ? target
                : new Target(target.address(), target.secret(), target.pid(), bootstrap);
    }

    /** {@code bench/target/bench.jar} lies two folders below it. */
    private static Path rootOfJar() {
        try {
            Path jar =
                    Path.of(
                            BenchOptions.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Path root = jar.resolve("../../..").normalize();
            return Files.exists(root.resolve("bench/pom.xml")) ? root : Path.of("");
        } catch (URISyntaxException e) {
            return Path.of("");
        }
    }
}

package dev.parley.standalone;

import dev.parley.worker.intake.JobIntake;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The whole pipeline in this JVM, running.
 *
 * <p>Started in two steps: broker and database side by side, then the services side by side.
 * Stopped one by one, whoever takes in work before who finishes it, so that nothing that was begun
 * is cut off: gateway, worker, orchestrator, audit, broker, database.
 */
public final class Standalone implements AutoCloseable {

    static final String GATEWAY = "edge-gateway";
    static final String ORCHESTRATOR = "chat-orchestrator";
    static final String WORKER = "llm-worker";
    static final String AUDIT = "audit-service";

    private static final int BROKER_RANK = 100;
    private static final int DATABASE_RANK = 101;
    private static final int FOLDER_RANK = 102;

    private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);

    private final RunSettings settings;
    private final DataFolder folder;
    private final RunningParts parts;
    private final Map<String, ConfigurableApplicationContext> contexts = new ConcurrentHashMap<>();
    private @Nullable EmbeddedKafka kafka;
    private @Nullable EmbeddedPostgres postgres;
    private Map<String, String> environment = Map.of();

    /** A step of the start, and how long it took. */
    record Phase(String name, Duration took) {}

    private Standalone(RunSettings settings, DataFolder folder, RunningParts parts) {
        this.settings = settings;
        this.folder = folder;
        this.parts = parts;
    }

    /**
     * Starts everything and returns when the gateway answers.
     *
     * @throws StartFailure with a sentence for a person; what had started by then is stopped
     */
    public static Standalone start(RunSettings settings) {
        DataFolder folder = DataFolder.open(settings.data(), settings.fresh());
        return start(settings, folder, Services.all(), new RunningParts(), phase -> {});
    }

    /**
     * As {@link #start(RunSettings)}, in a folder that is already held and from now on belongs to
     * {@code parts}.
     */
    static Standalone start(
            RunSettings settings,
            DataFolder folder,
            List<Service> services,
            RunningParts parts,
            Consumer<Phase> progress) {
        parts.add(FOLDER_RANK, "folder", folder);
        Standalone standalone = new Standalone(settings, folder, parts);
        try {
            requireFree(settings.address(), settings.port(), "--port", "PARLEY_PORT");
            requireFree(
                    settings.address(),
                    settings.managementPort(),
                    "--management-port",
                    "PARLEY_MANAGEMENT_PORT");
            long began = System.nanoTime();
            standalone.startStores();
            progress.accept(new Phase("Kafka and PostgreSQL", since(began)));
            began = System.nanoTime();
            standalone.startServices(services);
            progress.accept(new Phase("services", since(began)));
            folder.announce(standalone.address().toString());
            return standalone;
        } catch (IOException e) {
            parts.stop();
            throw new StartFailure(ExitCode.DATA_FOLDER, folder.root() + " cannot be written.", e);
        } catch (StartFailure e) {
            parts.stop();
            throw e;
        }
    }

    /** Where clients connect. */
    public URI address() {
        return URI.create("http://" + host() + ":" + port("local.server.port", settings.port()));
    }

    /** Where health and metrics of the gateway are. */
    public URI managementAddress() {
        return URI.create(
                "http://"
                        + host()
                        + ":"
                        + port("local.management.port", settings.managementPort()));
    }

    /** Of every demo account. */
    public String demoPassword() {
        return required("PARLEY_DEMO_PASSWORD");
    }

    /** That signs tokens, where no issuer's keys are configured. */
    public String jwtSecret() {
        return required("PARLEY_JWT_SECRET");
    }

    public String bootstrapServers() {
        return required("PARLEY_KAFKA_BOOTSTRAP_SERVERS");
    }

    public String jdbcUrl() {
        return required("PARLEY_DB_URL");
    }

    public String dbUser() {
        return required("PARLEY_DB_USER");
    }

    public String dbPassword() {
        return required("PARLEY_DB_PASSWORD");
    }

    /** Stops everything in order, within a bound. Idempotent. */
    @Override
    public void close() {
        parts.stop();
    }

    private void startStores() {
        List<Start> starts = new ArrayList<>();
        if (settings.variable("PARLEY_KAFKA_BOOTSTRAP_SERVERS") == null) {
            starts.add(
                    new Start(
                            "Kafka",
                            () -> {
                                kafka = EmbeddedKafka.start(folder.kafka());
                                parts.add(BROKER_RANK, "Kafka", kafka);
                            }));
        }
        if (settings.variable("PARLEY_DB_URL") == null) {
            starts.add(
                    new Start(
                            "PostgreSQL",
                            () -> {
                                postgres = EmbeddedPostgres.start(folder.postgres());
                                parts.add(DATABASE_RANK, "PostgreSQL", postgres);
                            }));
        }
        together(starts);
    }

    private void startServices(List<Service> services) {
        List<Integer> ports = LoopbackPorts.free(services.size());
        Map<String, Integer> portOf = new HashMap<>();
        services.forEach(service -> portOf.put(service.name(), ports.get(portOf.size())));
        environment =
                ServiceEnvironment.of(
                        settings,
                        folder.secrets(),
                        new ServiceEnvironment.Stores(kafka, postgres),
                        portOf);
        LOG.info("Kafka is at {}, the database at {}", bootstrapServers(), jdbcUrl());
        ServiceEnvironment.tellCommands(folder.secrets(), environment);
        // Contexts that start side by side would each set up the log that they share.
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
        List<Start> starts = new ArrayList<>();
        Breakage breakage = new Breakage(postgres, name -> restart(services, name, portOf));
        for (Service service : services) {
            starts.add(
                    new Start(
                            service.name(),
                            () -> startService(services, service, portOf, breakage)));
        }
        together(starts);
    }

    private void startService(
            List<Service> services,
            Service service,
            Map<String, Integer> portOf,
            @Nullable Breakage breakage) {
        ConfigurableApplicationContext context =
                service.start(
                        environment,
                        properties(service.name(), portOf),
                        beans -> addTo(beans, service.name(), breakage));
        parts.add(services.indexOf(service), service.name(), context);
        contexts.put(service.name(), context);
    }

    /** Where everybody knows the password anyway, people may see what happens when parts fail. */
    private void addTo(
            GenericApplicationContext beans, String service, @Nullable Breakage breakage) {
        if (breakage != null
                && service.equals(GATEWAY)
                && Boolean.parseBoolean(environment.get("PARLEY_DEMO_LOGIN"))) {
            beans.registerBean(Breakage.class, () -> breakage);
            // Made at the first call: it takes beans of the gateway that come later than itself.
            beans.registerBean(BreakController.class, bean -> bean.setLazyInit(true));
        }
    }

    /** Ends a service in the middle of what it does, and starts it again. */
    private void restart(List<Service> services, String name, Map<String, Integer> portOf) {
        ConfigurableApplicationContext running = contexts.get(name);
        if (running == null) {
            return;
        }
        if (name.equals(WORKER)) {
            running.getBean(JobIntake.class).abandon();
        }
        running.close();
        services.stream()
                .filter(service -> service.name().equals(name))
                .forEach(service -> startService(services, service, portOf, null));
        LOG.info("{} was ended and started again", name);
    }

    /** The gateway is public; the others are reached on the loopback address, health included. */
    private Map<String, Object> properties(String service, Map<String, Integer> portOf) {
        Map<String, Object> properties = new HashMap<>();
        if (service.equals(GATEWAY)) {
            properties.put("server.address", settings.address());
            properties.put("server.port", settings.port());
            properties.put("management.server.address", settings.address());
            properties.put("management.server.port", settings.managementPort());
        } else {
            properties.put("server.address", LoopbackPorts.ADDRESS);
            properties.put("server.port", portOf.get(service));
            properties.put("management.server.port", portOf.get(service));
        }
        if (service.equals(ORCHESTRATOR)) {
            properties.put("parley.orchestrator.state-dir", folder.state(service).toString());
        }
        if (service.equals(AUDIT)) {
            properties.put("parley.exports.dir", folder.exports().toString());
        }
        return properties;
    }

    private record Start(String name, Runnable work) {

        @Nullable Void run() {
            long began = System.nanoTime();
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("{} did not start", name, e);
                throw failure(name, e);
            }
            LOG.info("{} started in {} ms", name, since(began).toMillis());
            return null;
        }
    }

    /** Runs all at once; the first failure in their order is the one that is told. */
    private static void together(List<Start> starts) {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> results = new ArrayList<>();
            starts.forEach(start -> results.add(threads.submit(start::run)));
            try {
                for (Future<?> result : results) {
                    result.get();
                }
            } finally {
                // After a failure there is nothing to wait for; otherwise they have all ended.
                threads.shutdownNow();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StartFailure told ? told : failure("A part", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure(ExitCode.FAULT, "The start was interrupted.", e);
        }
    }

    private static StartFailure failure(String name, Exception thrown) {
        Throwable root = thrown;
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            root = e;
            if (e instanceof PortInUseException taken) {
                return taken(taken.getPort(), "--port or --management-port", "PARLEY_PORT");
            }
            if (String.valueOf(e.getMessage()).contains("No space left on device")) {
                return new StartFailure(
                        ExitCode.DATA_FOLDER,
                        "The disk became full; make room, or choose another folder with --data.",
                        thrown);
            }
        }
        String reason = String.valueOf(root.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
        return new StartFailure(ExitCode.START_FAILED, name + " did not start: " + reason, thrown);
    }

    private static void requireFree(String address, int port, String option, String variable) {
        if (!LoopbackPorts.isFree(address, port)) {
            throw taken(port, option, variable);
        }
    }

    /** A variable as the services see it. */
    @Nullable String variable(String name) {
        return environment.get(name);
    }

    private static StartFailure taken(int port, String option, String variable) {
        return new StartFailure(
                ExitCode.PORT_TAKEN,
                "Port "
                        + port
                        + " is taken by another program; choose another one with "
                        + option
                        + " or "
                        + variable
                        + ".");
    }

    private String host() {
        return settings.address().equals(LoopbackPorts.ADDRESS)
                        || settings.address().equals("0.0.0.0")
                ? "localhost"
                : settings.address();
    }

    private int port(String property, int asked) {
        ConfigurableApplicationContext gateway = contexts.get(GATEWAY);
        return gateway == null
                ? asked
                : gateway.getEnvironment().getProperty(property, Integer.class, asked);
    }

    private String required(String variable) {
        String value = environment.get(variable);
        if (value == null) {
            throw new IllegalStateException(variable + " is not set in this run");
        }
        return value;
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}

package dev.parley.e2e.system;

import dev.parley.audit.AuditApplication;
import dev.parley.gateway.GatewayApplication;
import dev.parley.orchestrator.OrchestratorApplication;
import dev.parley.standalone.EmbeddedKafka;
import dev.parley.standalone.EmbeddedPostgres;
import dev.parley.worker.WorkerApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The services as an organisation runs them: several processes of each against one broker and one
 * database. Faults are signals to processes; no container engine is needed. Broker and database
 * belong to the test's own process and stay up.
 *
 * <pre>
 * try (ServicesRun run = ServicesRun.of().gateways(2).workers(2).start("resume")) {
 *     run.gateway(0).kill();
 *     ...
 *     run.gateway(0).startAgain();
 * }
 * </pre>
 *
 * The first orchestrator publishes the default policy of {@link SharedRun#policy()} unless {@link
 * Plan#with} says otherwise.
 */
public final class ServicesRun implements AutoCloseable {

    private static final String SECRET = "services-secret-services-secret-services";
    private static final String DEMO_PASSWORD = "demo-password";

    private final Path folder;
    private final EmbeddedKafka kafka;
    private final EmbeddedPostgres postgres;
    private final List<ServiceProcess> gateways = new ArrayList<>();
    private final List<ServiceProcess> orchestrators = new ArrayList<>();
    private final List<ServiceProcess> workers = new ArrayList<>();
    private final List<ServiceProcess> audits = new ArrayList<>();
    private final Thread endWithTests = new Thread(this::killAll);

    private ServicesRun(Plan plan, Path folder) {
        this.folder = folder;
        this.kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        this.postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
        Runtime.getRuntime().addShutdownHook(endWithTests);
        plan(plan);
        try {
            all().forEach(ServiceProcess::launch);
            all().forEach(ServiceProcess::awaitReady);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    public static Plan of() {
        return new Plan();
    }

    /** How many processes of each, and what they are told. */
    public static final class Plan {

        private int gateways = 1;
        private int orchestrators = 1;
        private int workers = 1;
        private int audits = 1;
        private int gatewayMegabytes = 256;
        private final Map<String, String> variables = new HashMap<>();

        private Plan() {}

        public Plan gateways(int count) {
            gateways = count;
            return this;
        }

        public Plan orchestrators(int count) {
            orchestrators = count;
            return this;
        }

        public Plan workers(int count) {
            workers = count;
            return this;
        }

        public Plan audits(int count) {
            audits = count;
            return this;
        }

        /** Heap of each gateway. */
        public Plan gatewayMegabytes(int megabytes) {
            gatewayMegabytes = megabytes;
            return this;
        }

        /** A variable of all services. */
        public Plan with(String variable, String value) {
            variables.put(variable, value);
            return this;
        }

        /**
         * Starts broker, database and all services, and returns when each says that it is ready.
         *
         * @param name of the run's folder
         */
        public ServicesRun start(String name) {
            Suites.ran("services", "several processes of each service against one broker");
            return new ServicesRun(this, TestFolders.fresh(name));
        }
    }

    public ServiceProcess gateway(int index) {
        return gateways.get(index);
    }

    public List<ServiceProcess> gateways() {
        return List.copyOf(gateways);
    }

    public ServiceProcess orchestrator(int index) {
        return orchestrators.get(index);
    }

    public List<ServiceProcess> orchestrators() {
        return List.copyOf(orchestrators);
    }

    public ServiceProcess worker(int index) {
        return workers.get(index);
    }

    public List<ServiceProcess> workers() {
        return List.copyOf(workers);
    }

    public ServiceProcess audit() {
        return audits.getFirst();
    }

    public Tokens tokens() {
        return new Tokens(SECRET);
    }

    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    /** Logs of the services, state, broker and database. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(endWithTests);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook with it.
        }
        killAll();
        postgres.close();
        kafka.close();
    }

    /** In the order in which they are started: the entrance last. */
    private List<ServiceProcess> all() {
        List<ServiceProcess> all = new ArrayList<>(orchestrators);
        all.addAll(workers);
        all.addAll(audits);
        all.addAll(gateways);
        return all;
    }

    private void killAll() {
        all().stream().filter(ServiceProcess::isAlive).forEach(ServiceProcess::kill);
    }

    private void plan(Plan plan) {
        Map<String, String> variables = new HashMap<>(variables());
        variables.putAll(plan.variables);
        add(orchestrators, plan.orchestrators, OrchestratorApplication.class, 320, variables);
        add(audits, plan.audits, AuditApplication.class, 256, variables);
        if (!orchestrators.isEmpty()) {
            variables.putIfAbsent(
                    "PARLEY_ORCHESTRATOR_URL", orchestrators.getFirst().address().toString());
        }
        if (!audits.isEmpty()) {
            variables.putIfAbsent("PARLEY_AUDIT_URL", audits.getFirst().address().toString());
        }
        add(workers, plan.workers, WorkerApplication.class, 256, variables);
        add(gateways, plan.gateways, GatewayApplication.class, plan.gatewayMegabytes, variables);
    }

    private void add(
            List<ServiceProcess> to,
            int count,
            Class<?> application,
            int megabytes,
            Map<String, String> variables) {
        String name = application.getSimpleName().replace("Application", "").toLowerCase();
        for (int i = 0; i < count; i++) {
            to.add(
                    new ServiceProcess(
                            new ServiceProcess.Launch(
                                    name + "-" + i,
                                    application.getName(),
                                    options(megabytes),
                                    logs()),
                            variables));
        }
    }

    /** Quick starts of small processes on a machine that has many of them. */
    private static List<String> options(int megabytes) {
        return List.of(
                "-Xmx" + megabytes + "m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dparley.log.terminal=INFO",
                "-Dparley.log.terminal.trace=");
    }

    private Map<String, String> variables() {
        return Map.ofEntries(
                Map.entry("PARLEY_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
                Map.entry("PARLEY_DB_URL", postgres.jdbcUrl()),
                Map.entry("PARLEY_DB_USER", postgres.user()),
                Map.entry("PARLEY_DB_PASSWORD", postgres.password()),
                Map.entry("PARLEY_JWT_SECRET", SECRET),
                Map.entry("PARLEY_MASTER_KEY", "A".repeat(43) + "="),
                Map.entry("PARLEY_DEMO_LOGIN", "true"),
                Map.entry("PARLEY_DEMO_PASSWORD", DEMO_PASSWORD),
                Map.entry("PARLEY_POLICY_FILE", SharedRun.policy().toString()),
                Map.entry("PARLEY_DEMO_TOKENS_PER_SECOND", "50"));
    }

    private Path logs() {
        try {
            return Files.createDirectories(folder.resolve("services"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.parley.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * One real Kafka node, broker and controller, in this JVM and on the loopback address.
 *
 * <p>The folder keeps topics, records and the cluster id; a later start on the same folder goes on
 * from there, after a clean stop and after the process was killed. Ports are chosen by the
 * operating system at each start. A record is safe when the process dies, not when the machine
 * loses power: Kafka leaves that to replicas, and one node has none.
 *
 * <p>A fatal fault of the broker calls {@link org.apache.kafka.common.utils.Exit}, whose procedures
 * belong to the process and are therefore set by the launcher, not here.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final int NODE_ID = 1;
    private static final String CLIENT_LISTENER = "CLIENT";
    private static final String CONTROLLER_LISTENER = "CONTROLLER";

    /** Another process may take a port between its choice and its use. */
    private static final int START_ATTEMPTS_MAX = 3;

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private boolean closed;

    private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts the node and returns when it takes requests.
     *
     * @param directory where the log lives; made and formatted when absent
     */
    public static EmbeddedKafka start(Path directory) {
        return start(directory, Map.of());
    }

    /**
     * As {@link #start(Path)}.
     *
     * @param overrides broker settings by their Kafka names, over the ones chosen here
     * @throws IllegalStateException when the node cannot start; the cause is Kafka's own
     */
    public static EmbeddedKafka start(Path directory, Map<String, String> overrides) {
        for (int attempt = 1; ; attempt++) {
            List<Integer> ports = LoopbackPorts.free(2);
            try {
                return startOn(ports.get(0), ports.get(1), directory, overrides);
            } catch (Exception e) {
                if (attempt >= START_ATTEMPTS_MAX || !isTakenPort(e)) {
                    throw new IllegalStateException("The broker did not start in " + directory, e);
                }
            }
        }
    }

    /** {@code host:port}, as every Kafka client takes it. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Flushes and closes every log, so that the next start has nothing to recover. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.shutdown();
            server.awaitShutdown();
        }
    }

    private static EmbeddedKafka startOn(
            int clientPort, int controllerPort, Path directory, Map<String, String> overrides)
            throws Exception {
        Files.createDirectories(directory);
        Map<String, String> settings = settings(clientPort, controllerPort, directory);
        settings.putAll(overrides);
        KafkaConfig config = new KafkaConfig(settings, false);
        if (Files.notExists(directory.resolve("meta.properties"))) {
            format(directory);
        }
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (Throwable e) {
            server.shutdown();
            throw e;
        }
        return new EmbeddedKafka(server, LoopbackPorts.ADDRESS + ":" + clientPort);
    }

    private static void format(Path directory) throws Exception {
        Formatter formatter = new Formatter();
        formatter
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName(CONTROLLER_LISTENER)
                .setMetadataLogDirectory(directory.toString())
                .setIgnoreFormatted(true)
                .addDirectory(directory.toString());
        formatter.run();
    }

    private static Map<String, String> settings(
            int clientPort, int controllerPort, Path directory) {
        String client = CLIENT_LISTENER + "://" + LoopbackPorts.ADDRESS + ":" + clientPort;
        String controller =
                CONTROLLER_LISTENER + "://" + LoopbackPorts.ADDRESS + ":" + controllerPort;
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("log.dirs", directory.toString());
        settings.put("listeners", client + "," + controller);
        settings.put("advertised.listeners", client);
        settings.put("inter.broker.listener.name", CLIENT_LISTENER);
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "listener.security.protocol.map",
                CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.put(
                "controller.quorum.voters",
                NODE_ID + "@" + LoopbackPorts.ADDRESS + ":" + controllerPort);
        singleNode(settings);
        smallFootprint(settings);
        return settings;
    }

    /** What Kafka's defaults expect of three nodes, for one. */
    private static void singleNode(Map<String, String> settings) {
        for (String internal :
                List.of(
                        "offsets.topic",
                        "transaction.state.log",
                        "share.coordinator.state.topic")) {
            settings.put(internal + ".replication.factor", "1");
            settings.put(internal + ".num.partitions", "3");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("default.replication.factor", "1");
        // Groups here have one member each: waiting for a second one only delays the first answer.
        settings.put("group.initial.rebalance.delay.ms", "0");
        // What a killed process leaves behind shall not stand in the way of the one that takes
        // over.
        settings.put("group.min.session.timeout.ms", "1000");
        // A transaction that follows upon another waits for that one's end: shortly, not for 20 ms.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "2");
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");
        // Every answer slot of the worker is a member of the share group, and those of a killed
        // process
        // stay until their session ends.
        settings.put("group.share.max.size", "1000");
        // A killed worker can cost a job several deliveries.
        settings.put("group.share.delivery.count.limit", "10");
        settings.put("group.share.min.session.timeout.ms", "6000");
        settings.put("group.share.session.timeout.ms", "10000");
        // A member of a new group gets its partitions at its second heartbeat: 5 s by default.
        settings.put("group.share.min.heartbeat.interval.ms", "1000");
        settings.put("group.share.heartbeat.interval.ms", "1000");
        // There is no other controller to batch for: a topic is made in 9 ms instead of 33.
        settings.put("controller.quorum.append.linger.ms", "0");
        // A no-op record twice a second tells other controllers that this one lives; there are
        // none.
        settings.put("metadata.max.idle.interval.ms", "0");
        settings.put("auto.create.topics.enable", "false");
    }

    /** What keeps a broker with a thousand lanes small at rest and quick at its next start. */
    private static void smallFootprint(Map<String, String> settings) {
        settings.put("log.index.size.max.bytes", "65536");
        settings.put("num.recovery.threads.per.data.dir", "4");
        settings.put("log.cleaner.dedupe.buffer.size", "8388608");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "4");
        // A dozen of MBeans a partition, which nobody here reads, are half of a lane's memory.
        settings.put("metrics.jmx.exclude", ".*partition=.*");
    }

    private static boolean isTakenPort(@Nullable Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof BindException
                    || String.valueOf(e.getMessage()).contains("Address already in use")) {
                return true;
            }
        }
        return false;
    }

    /** The id that Kafka gave this folder at its first start. */
    static String clusterId(Path directory) {
        try (var lines = Files.lines(directory.resolve("meta.properties"))) {
            return lines.filter(line -> line.startsWith("cluster.id="))
                    .map(line -> line.substring("cluster.id=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

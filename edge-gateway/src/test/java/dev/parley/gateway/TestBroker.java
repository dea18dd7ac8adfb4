package dev.parley.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real broker: one for the tests of this module, kept until the JVM ends, or one's own. */
final class TestBroker implements AutoCloseable {

    private static TestBroker shared;

    private final Path folder;
    private final String bootstrapServers;
    private KafkaRaftServer server;

    private TestBroker() throws Exception {
        folder = Files.createTempDirectory("gateway-broker");
        int client = freePort();
        int controller = freePort();
        bootstrapServers = "127.0.0.1:" + client;
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .setIgnoreFormatted(true)
                .addDirectory(folder.toString())
                .run();
        server =
                new KafkaRaftServer(
                        new KafkaConfig(settings(client, controller), false), Time.SYSTEM);
        server.startup();
    }

    static synchronized TestBroker shared() {
        if (shared == null) {
            try {
                shared = new TestBroker();
                Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
            } catch (Exception e) {
                throw new IllegalStateException("the broker did not start", e);
            }
        }
        return shared;
    }

    /** For a test that counts all lanes there are. */
    static TestBroker own() throws Exception {
        return new TestBroker();
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    private Map<String, String> settings(int client, int controller) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", folder.toString());
        settings.put(
                "listeners",
                "CLIENT://127.0.0.1:" + client + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("advertised.listeners", "CLIENT://127.0.0.1:" + client);
        settings.put("inter.broker.listener.name", "CLIENT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("controller.quorum.append.linger.ms", "0");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.index.size.max.bytes", "65536");
        settings.put("log.cleaner.dedupe.buffer.size", "8388608");
        return settings;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            // The system clears its folder for temporary files.
        }
    }
}

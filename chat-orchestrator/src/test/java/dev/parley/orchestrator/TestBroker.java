package dev.parley.orchestrator;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real node on the loopback address, in this JVM. */
public final class TestBroker implements AutoCloseable {

    private final KafkaRaftServer server;
    private final Map<String, String> settings;
    private final String bootstrapServers;

    private TestBroker(Map<String, String> settings, String bootstrapServers) {
        this.server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        this.settings = settings;
        this.bootstrapServers = bootstrapServers;
        server.startup();
    }

    public static TestBroker start(Path folder) throws Exception {
        String client = "127.0.0.1:" + freePort();
        String controller = "127.0.0.1:" + freePort();
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "CLIENT://" + client + ",CONTROLLER://" + controller);
        settings.put("advertised.listeners", "CLIENT://" + client);
        settings.put("inter.broker.listener.name", "CLIENT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.quorum.voters", "1@" + controller);
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("default.replication.factor", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        // A transaction that follows upon another waits for that one's end: shortly, not for 20 ms.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "2");
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");
        settings.put("controller.quorum.append.linger.ms", "0");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.index.size.max.bytes", "65536");
        settings.put("log.cleaner.dedupe.buffer.size", "8388608");
        Formatter formatter = new Formatter();
        formatter
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .setIgnoreFormatted(true)
                .addDirectory(folder.toString());
        formatter.run();
        return new TestBroker(settings, client);
    }

    /** Another process, as it were, on the same data and ports; this one must be closed. */
    public TestBroker again() {
        return new TestBroker(settings, bootstrapServers);
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

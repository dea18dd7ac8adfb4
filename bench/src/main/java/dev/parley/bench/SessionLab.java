package dev.parley.bench;

import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import dev.parley.bench.system.BenchFailure;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gateways beside the lab's system, and clients of theirs. */
final class SessionLab {

    private static final int WAIT_SECONDS_MAX = 120;

    /** Clients that are on their way in at a time: a server's backlog is finite. */
    private static final int OPENING_MAX = 200;

    private static final int LANES = 64;

    private final Lab lab;
    private final Path root;

    SessionLab(Lab lab, Path root) {
        this.lab = lab;
        this.root = root;
    }

    Lab lab() {
        return lab;
    }

    GatewayProcess gateway(int megabytes) throws InterruptedException {
        return gateway(megabytes, LANES);
    }

    /** With so many lanes made ahead. */
    GatewayProcess gateway(int megabytes, int lanes) throws InterruptedException {
        return GatewayProcess.start(
                root,
                lab.target(),
                List.of(
                        "-Xms64m",
                        "-Xmx" + megabytes + "m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+UseStringDeduplication",
                        "-XX:MinHeapFreeRatio=15",
                        "-XX:MaxHeapFreeRatio=30",
                        "--enable-native-access=ALL-UNNAMED"),
                Map.of("parley.lanes.initial", Integer.toString(lanes)));
    }

    SessionClient connect(GatewayProcess gateway, String user, String query) {
        return connect(gateway, user, query, null);
    }

    SessionClient connect(
            GatewayProcess gateway, String user, String query, @Nullable InetSocketAddress from) {
        return SessionClient.open(
                lab.loop(),
                new SessionClient.Target(gateway.address(), from, lab.token(user), query));
    }

    /** So many clients, each greeted before it counts. */
    List<SessionClient> welcomed(int count, java.util.function.IntFunction<SessionClient> opener)
            throws InterruptedException {
        List<SessionClient> clients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            clients.add(opener.apply(i));
            if (i >= OPENING_MAX) {
                await(clients.get(i - OPENING_MAX).welcomed(), () -> "a welcome");
            }
        }
        for (SessionClient client : clients) {
            await(client.welcomed(), () -> "a welcome");
        }
        return clients;
    }

    static <T> T await(CompletableFuture<T> future, Supplier<String> what)
            throws InterruptedException {
        try {
            return future.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new BenchFailure(what.get() + " did not come: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new BenchFailure(
                    what.get() + " did not come within " + WAIT_SECONDS_MAX + " s", e);
        }
    }
}

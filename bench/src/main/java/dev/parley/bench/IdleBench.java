package dev.parley.bench;

import dev.parley.bench.report.Result;
import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a connection costs that says nothing: memory of a gateway with none, and with many. */
final class IdleBench {

    private static final int HEAP_MEGABYTES = 512;
    private static final int WARM_UP = 500;
    private static final int USERS = 500;

    /** A client address has some 28,000 ports; spread they are never short. */
    private static final int CLIENTS_AN_ADDRESS = 2_000;

    private static final int SETTLE_SECONDS = 5;
    private static final double KIB_TO_REACH = 12;

    private final SessionLab lab;
    private final int connections;
    private final Progress progress;

    IdleBench(SessionLab lab, int connections, Progress progress) {
        this.lab = lab;
        this.connections = connections;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        try (GatewayProcess gateway = lab.gateway(HEAP_MEGABYTES)) {
            // What the first connections load belongs to the process, not to them.
            open(gateway, WARM_UP).forEach(SessionClient::cut);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long residentBefore = gateway.residentKib();
            long heapBefore = gateway.liveHeapBytes();
            progress.say("idle: opening %,d connections", connections);
            long began = System.nanoTime();
            List<SessionClient> clients = open(gateway, connections);
            double opened = (System.nanoTime() - began) / 1e9;
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long residentAfter = gateway.residentKib();
            long heapAfter = gateway.liveHeapBytes();
            long lost = clients.stream().filter(c -> c.closed().isDone()).count();
            clients.forEach(SessionClient::cut);
            return new Result.Sessions(
                    "Idle connections",
                    connections
                            + " WebSocket sessions of "
                            + USERS
                            + " users, greeted and silent, spread over loopback addresses. Memory of"
                            + " the gateway's own process after a collection, less what it was after"
                            + " the first "
                            + WARM_UP
                            + " connections had come and gone.",
                    List.of(
                            new Result.Measured(
                                    "resident, a connection",
                                    (residentAfter - residentBefore) / (double) connections,
                                    "KiB",
                                    KIB_TO_REACH),
                            new Result.Measured(
                                    "live heap, a connection",
                                    (heapAfter - heapBefore) / 1024.0 / connections,
                                    "KiB",
                                    null),
                            new Result.Measured(
                                    "resident with none", residentBefore / 1024.0, "MiB", null),
                            new Result.Measured(
                                    "resident with all", residentAfter / 1024.0, "MiB", null),
                            new Result.Measured(
                                    "opened in a second", connections / opened, "", null)),
                    lost == 0
                            ? List.of()
                            : List.of(lost + " idle connections ended by themselves."));
        }
    }

    private List<SessionClient> open(GatewayProcess gateway, int count)
            throws InterruptedException {
        return lab.welcomed(
                count,
                i ->
                        lab.connect(
                                gateway,
                                lab.lab().user(i % USERS),
                                "",
                                new InetSocketAddress(
                                        "127.0.0." + (2 + i / CLIENTS_AN_ADDRESS), 0)));
    }
}

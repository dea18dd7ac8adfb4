package dev.parley.bench;

import dev.parley.bench.report.Result;
import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A gateway with many clients is stopped; how many come to the other in a second. */
final class DrainBench {

    private static final int HEAP_MEGABYTES = 256;
    private static final int DRAINED = 1012;

    /** The rate of the gateway's default, and what random waits and scheduling add to it. */
    private static final double PEAK_TO_REACH = 450;

    private final SessionLab lab;
    private final int connections;
    private final Progress progress;

    DrainBench(SessionLab lab, int connections, Progress progress) {
        this.lab = lab;
        this.connections = connections;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        try (GatewayProcess leaving = lab.gateway(HEAP_MEGABYTES);
                GatewayProcess staying = lab.gateway(HEAP_MEGABYTES)) {
            List<SessionClient> clients =
                    lab.welcomed(connections, i -> lab.connect(leaving, lab.lab().user(i), ""));
            progress.say("drain: stopping a gateway with %,d clients", connections);
            List<Long> arrivals = Collections.synchronizedList(new ArrayList<>());
            AtomicLong wrong = new AtomicLong();
            List<CompletableFuture<SessionClient>> back = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                back.add(comesBack(clients.get(i), lab.lab().user(i), staying, arrivals, wrong));
            }
            long began = System.nanoTime();
            leaving.terminate();
            long lost = 0;
            for (CompletableFuture<SessionClient> each : back) {
                SessionClient client = SessionLab.await(each, () -> "a client that comes back");
                lost += client.isResumed() ? 0 : 1;
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            List<String> failures = new ArrayList<>();
            if (wrong.get() > 0) {
                failures.add(wrong.get() + " clients were not closed with 1012 and a delay.");
            }
            if (lost > 0) {
                failures.add(lost + " sessions were not resumed after a drain.");
            }
            return new Result.Sessions(
                    "Drain",
                    connections
                            + " idle clients of a gateway that gets SIGTERM; each comes to another"
                            + " one after the delay that it was asked for, with session and cursor.",
                    List.of(
                            new Result.Measured(
                                    "peak of arrivals in any second",
                                    peak(arrivals),
                                    "",
                                    PEAK_TO_REACH),
                            new Result.Measured(
                                    "from SIGTERM until all were back", seconds, "s", null)),
                    failures);
        }
    }

    private CompletableFuture<SessionClient> comesBack(
            SessionClient client,
            String user,
            GatewayProcess to,
            List<Long> arrivals,
            AtomicLong wrong) {
        return client.closed()
                .thenCompose(code -> {
                    long delayMs = client.reconnectAfterMs();
                    if (code != DRAINED || delayMs < 0) {
                        wrong.incrementAndGet();
                    }
                    CompletableFuture<SessionClient> back = new CompletableFuture<>();
                    lab.lab()
                            .loop()
                            .at(
                                    System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs),
                                    () -> {
                                        arrivals.add(System.nanoTime());
                                        lab.connect(to, user, client.resumeQuery())
                                                .welcomed()
                                                .whenComplete((welcomed, failure) -> {
                                                    if (failure == null) {
                                                        back.complete(welcomed);
                                                    } else {
                                                        back.completeExceptionally(failure);
                                                    }
                                                });
                                    });
                    return back;
                });
    }

    /** The most that came within a second, wherever that second begins. */
    private static double peak(List<Long> arrivals) {
        List<Long> sorted = new ArrayList<>(arrivals);
        Collections.sort(sorted);
        int peak = 0;
        int from = 0;
        for (int to = 0; to < sorted.size(); to++) {
            while (sorted.get(to) - sorted.get(from) > TimeUnit.SECONDS.toNanos(1)) {
                from++;
            }
            peak = Math.max(peak, to - from + 1);
        }
        return peak;
    }
}

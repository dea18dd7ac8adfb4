package dev.parley.bench;

import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Readers that stop: what they cost the gateway, and whether others notice. */
final class SlowReadersBench {

    private static final int HEAP_MEGABYTES = 384;
    private static final int OTHERS = 20;
    private static final int OTHERS_TOKENS = 100;
    private static final double OTHERS_PACE = 50;
    private static final int SETTLE_SECONDS = 3;

    private final SessionLab lab;
    private final int stalled;
    private final int tokens;
    private final Progress progress;

    SlowReadersBench(SessionLab lab, int stalled, int tokens, Progress progress) {
        this.lab = lab;
        this.stalled = stalled;
        this.tokens = tokens;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        try (GatewayProcess gateway = lab.gateway(HEAP_MEGABYTES)) {
            gaps(gateway, "warm");
            Distribution alone = Distribution.ofNanos(gaps(gateway, "alone"));
            List<SessionClient> slow =
                    lab.welcomed(stalled, i -> lab.connect(gateway, lab.lab().user(i), ""));
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long before = gateway.liveHeapBytes();
            progress.say("slow-readers: %,d readers stop", stalled);
            for (SessionClient client : slow) {
                client.ask(lab.lab().answers().plan(tokens, 0).plan().prompt(100));
                client.stall();
            }
            Distribution beside = Distribution.ofNanos(gaps(gateway, "beside"));
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long after = gateway.liveHeapBytes();
            slow.forEach(SessionClient::cut);
            return new Result.Sessions(
                    "Readers that stop",
                    stalled
                            + " clients ask for "
                            + tokens
                            + " tokens each, as fast as the provider gives them, and read nothing;"
                            + " beside them "
                            + OTHERS
                            + " clients read answers at "
                            + Math.round(OTHERS_PACE)
                            + " tokens a second. Heap of the gateway after a collection.",
                    List.of(
                            new Result.Measured(
                                    "heap of all of them",
                                    (after - before) / 1048576.0,
                                    "MiB",
                                    null),
                            new Result.Measured(
                                    "heap, a reader",
                                    (after - before) / 1024.0 / stalled,
                                    "KiB",
                                    512.0),
                            new Result.Measured(
                                    "others, between tokens, p99, alone",
                                    alone.p99Ms(),
                                    "ms",
                                    null),
                            new Result.Measured(
                                    "others, between tokens, p99, beside",
                                    beside.p99Ms(),
                                    "ms",
                                    null)),
                    List.of());
        }
    }

    /** Between one token and the next, of readers that read. */
    private List<Long> gaps(GatewayProcess gateway, String name) throws InterruptedException {
        List<SessionClient> readers =
                lab.welcomed(
                        OTHERS, i -> lab.connect(gateway, lab.lab().user(100_000 + i) + name, ""));
        for (SessionClient reader : readers) {
            reader.ask(lab.lab().answers().plan(OTHERS_TOKENS, OTHERS_PACE).plan().prompt(100));
        }
        List<Long> gaps = new ArrayList<>();
        for (SessionClient reader : readers) {
            SessionLab.await(reader.answered(), () -> "an answer");
            for (int i = 1; i < reader.tokens().size(); i++) {
                gaps.add(reader.tokens().get(i).atNanos() - reader.tokens().get(i - 1).atNanos());
            }
            reader.cut();
        }
        return gaps;
    }
}

package dev.parley.bench;

import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.AnswerText;
import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Sessions that have all been answered and so hold a lane each, or share one; every answer is
 * checked against what the provider said to this session alone.
 */
final class LiveBench {

    private static final int HEAP_MEGABYTES = 512;
    private static final int CLIENTS_AN_ADDRESS = 2_000;
    private static final int AT_ONCE = 100;
    private static final int TOKENS = 10;

    private final SessionLab lab;
    private final int sessions;
    private final int lanes;
    private final Progress progress;

    LiveBench(SessionLab lab, int sessions, int lanes, Progress progress) {
        this.lab = lab;
        this.sessions = sessions;
        this.lanes = lanes;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        try (GatewayProcess gateway = lab.gateway(HEAP_MEGABYTES, lanes)) {
            List<SessionClient> clients =
                    lab.welcomed(
                            sessions,
                            i ->
                                    lab.connect(
                                            gateway,
                                            lab.lab().user(i),
                                            "",
                                            new InetSocketAddress(
                                                    "127.0.0." + (2 + i / CLIENTS_AN_ADDRESS), 0)));
            progress.say("live: asking in %,d sessions", sessions);
            List<Long> first = new ArrayList<>();
            List<Long> last = new ArrayList<>();
            long wrong = 0;
            for (int from = 0; from < sessions; from += AT_ONCE) {
                int to = Math.min(sessions, from + AT_ONCE);
                List<Long> waits = to == sessions ? last : from == 0 ? new ArrayList<>() : first;
                wrong += wave(clients.subList(from, to), waits);
            }
            long lost = clients.stream().filter(c -> c.closed().isDone()).count();
            List<String> failures = new ArrayList<>();
            if (wrong > 0) {
                failures.add(wrong + " sessions were shown something else than their own answer.");
            }
            if (lost > 0) {
                failures.add(lost + " sessions ended by themselves.");
            }
            Result result = result(gateway, first, last, failures);
            clients.forEach(SessionClient::cut);
            return result;
        }
    }

    /** Asks in all of them at once; gives how many were shown another text. */
    private long wave(List<SessionClient> clients, List<Long> waits) throws InterruptedException {
        List<AnswerPlan> plans = new ArrayList<>();
        long began = System.nanoTime();
        for (SessionClient client : clients) {
            AnswerPlan plan = lab.lab().answers().plan(TOKENS, 0).plan();
            plans.add(plan);
            client.ask(plan.prompt(100));
        }
        long wrong = 0;
        for (int i = 0; i < clients.size(); i++) {
            SessionClient client = clients.get(i);
            waits.add(SessionLab.await(client.firstToken(), () -> "a token") - began);
            SessionLab.await(client.answered(), () -> "an answer");
            StringBuilder shown = new StringBuilder();
            client.tokens().forEach(token -> shown.append(token.text()));
            if (!shown.toString().equals(AnswerText.joined(plans.get(i).id(), TOKENS))) {
                wrong++;
            }
        }
        return wrong;
    }

    private Result result(
            GatewayProcess gateway, List<Long> first, List<Long> last, List<String> failures) {
        Distribution before = Distribution.ofNanos(first);
        Distribution after = Distribution.ofNanos(last);
        return new Result.Sessions(
                "Live sessions",
                sessions
                        + " WebSocket sessions of as many users at one gateway, each of which has had"
                        + " an answer of its own within the resume window; "
                        + AT_ONCE
                        + " ask at a time. Past the maximum of lanes sessions share them.",
                List.of(
                        figure(gateway, "lanes of the gateway", "parley_gateway_lanes "),
                        figure(
                                gateway,
                                "sessions with a lane of their own",
                                "parley_gateway_lanes_leases_total{kind=\"own\""),
                        figure(
                                gateway,
                                "sessions that share one",
                                "parley_gateway_lanes_leases_total{kind=\"shared\""),
                        new Result.Measured(
                                "first token, while they come, p50", before.p50Ms(), "ms", null),
                        new Result.Measured(
                                "first token, while they come, p99", before.p99Ms(), "ms", null),
                        new Result.Measured(
                                "first token of the last " + last.size() + ", p50",
                                after.p50Ms(),
                                "ms",
                                null),
                        new Result.Measured(
                                "first token of the last " + last.size() + ", p99",
                                after.p99Ms(),
                                "ms",
                                null)),
                failures);
    }

    private static Result.Measured figure(GatewayProcess gateway, String name, String metric) {
        return new Result.Measured(name, gateway.metric(metric), "", null);
    }
}

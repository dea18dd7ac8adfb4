package dev.parley.bench;

import dev.parley.bench.report.Distribution;
import dev.parley.bench.report.Result;
import dev.parley.bench.session.GatewayProcess;
import dev.parley.bench.session.SessionClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clients that come back at once, to another gateway: until the first missed token is there, and
 * from the kill of a gateway until its clients read on.
 */
final class ResumeBench {

    private static final int HEAP_MEGABYTES = 256;
    private static final int SHOWN = 10;

    /** Slow enough that workers send each token in a frame of its own. */
    private static final double ANSWER_PACE = 20;

    private static final int LONG_ANSWER = 400;
    private static final double LONG_PACE = 20;

    private final SessionLab lab;
    private final int clients;
    private final int missed;
    private final int rounds;

    /**
     * All clients come to the two gateways in turn, and are not counted: what a gateway does for
     * its first thousand it does with code still cold.
     */
    private static final int WARM_RELOADS = 60;

    private static final int RELOADS_SAID = 10;

    private final Progress progress;
    private final List<Long> missedFrames = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    ResumeBench(SessionLab lab, int clients, int missed, int rounds, Progress progress) {
        this.lab = lab;
        this.clients = clients;
        this.missed = missed;
        this.rounds = rounds;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        List<Long> first = new ArrayList<>();
        List<Long> all = new ArrayList<>();
        List<Long> killed = new ArrayList<>();
        try (GatewayProcess one = lab.gateway(HEAP_MEGABYTES);
                GatewayProcess two = lab.gateway(HEAP_MEGABYTES)) {
            warm(one, two);
            for (int round = 1; round <= rounds; round++) {
                List<Long> roundFirst = new ArrayList<>();
                List<Long> roundAll = new ArrayList<>();
                boolean there = round % 2 == 0;
                resumeAll(there ? one : two, there ? two : one, roundFirst, roundAll);
                progress.say(
                        "resume: round %d of %d, first missed token p50 %.0f ms",
                        round, rounds, Distribution.ofNanos(roundFirst).p50Ms());
                first.addAll(roundFirst);
                all.addAll(roundAll);
            }
            progress.say("resume: killing a gateway with %d answers", clients);
            kill(one, two, killed);
        }
        Distribution firstToken = Distribution.ofNanos(first);
        Distribution lastToken = Distribution.ofNanos(all);
        Distribution afterKill = Distribution.ofNanos(killed);
        return new Result.Sessions(
                "Coming back",
                clients
                        + " clients at once, each with "
                        + missed
                        + " tokens and the end missed, at the other gateway, "
                        + rounds
                        + " rounds, at gateways to which all had come back "
                        + WARM_RELOADS / 2
                        + " times before; measured from the first byte of the connection. Then a gateway is"
                        + " killed (SIGKILL) in the middle of as many answers, and each client"
                        + " connects to the other as soon as its line breaks; measured from the kill"
                        + " to the next token.",
                List.of(
                        new Result.Measured(
                                "token frames missed by each, mean",
                                missedFrames.stream().mapToLong(n -> n).average().orElse(0),
                                "",
                                null),
                        measured("first missed token, p50", firstToken.p50Ms(), 30.0),
                        measured("first missed token, p99", firstToken.p99Ms(), null),
                        measured("all of the answer, p50", lastToken.p50Ms(), null),
                        measured("all of the answer, p99", lastToken.p99Ms(), null),
                        measured("kill to reading on, p50", afterKill.p50Ms(), null),
                        measured("kill to reading on, p99", afterKill.p99Ms(), 2_000.0)),
                List.copyOf(failures));
    }

    private static Result.Measured measured(String name, double ms, @Nullable Double atMost) {
        return new Result.Measured(name, ms, "ms", atMost);
    }

    private void warm(GatewayProcess one, GatewayProcess two) throws InterruptedException {
        List<SessionClient> before = answered(one);
        for (int reload = 1; reload <= WARM_RELOADS; reload++) {
            List<Long> first = new ArrayList<>();
            long began = System.nanoTime();
            List<SessionClient> after = comeBack(before, reload % 2 == 0 ? one : two);
            for (SessionClient client : after) {
                first.add(SessionLab.await(client.firstToken(), () -> "a missed token") - began);
                SessionLab.await(client.answered(), () -> "a missed end");
            }
            cut(after);
            if (reload % RELOADS_SAID == 0) {
                progress.say(
                        "resume: came back %d times, first missed token p50 %.0f ms",
                        reload, Distribution.ofNanos(first).p50Ms());
            }
        }
    }

    /** Clients that saw an answer whole, and are gone. */
    private List<SessionClient> answered(GatewayProcess gateway) throws InterruptedException {
        List<SessionClient> before = open(gateway, SHOWN + missed, ANSWER_PACE);
        for (SessionClient client : before) {
            SessionLab.await(client.answered(), () -> "an answer");
        }
        cut(before);
        return before;
    }

    private static void cut(List<SessionClient> clients) throws InterruptedException {
        clients.forEach(SessionClient::cut);
        for (SessionClient client : clients) {
            SessionLab.await(client.closed(), () -> "the end of a line");
        }
    }

    /** All at once, as if they had seen the first few tokens. */
    private List<SessionClient> comeBack(List<SessionClient> before, GatewayProcess to) {
        List<SessionClient> after = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            List<SessionClient.Token> whole = before.get(i).tokens();
            String cursor = whole.get(shown(whole) - 1).cursor();
            after.add(lab.connect(to, lab.lab().user(i), before.get(i).resumeQuery(cursor)));
        }
        return after;
    }

    private void resumeAll(GatewayProcess from, GatewayProcess to, List<Long> first, List<Long> all)
            throws InterruptedException {
        List<SessionClient> before = answered(from);
        for (SessionClient client : before) {
            missedFrames.add((long) client.tokens().size() - shown(client.tokens()));
        }
        long began = System.nanoTime();
        List<SessionClient> after = comeBack(before, to);
        for (int i = 0; i < clients; i++) {
            SessionClient client = after.get(i);
            first.add(SessionLab.await(client.firstToken(), () -> "a missed token") - began);
            SessionLab.await(client.answered(), () -> "a missed end");
            all.add(System.nanoTime() - began);
            List<SessionClient.Token> whole = before.get(i).tokens();
            check(whole.subList(0, shown(whole)), client, whole);
            client.cut();
        }
    }

    /** Frames that a client counts as shown: fewer where tokens came merged. */
    private static int shown(List<SessionClient.Token> whole) {
        return Math.max(1, Math.min(SHOWN, whole.size() / 4));
    }

    private void kill(GatewayProcess doomed, GatewayProcess other, List<Long> killed)
            throws InterruptedException {
        List<SessionClient> before = open(doomed, LONG_ANSWER, LONG_PACE);
        for (SessionClient client : before) {
            SessionLab.await(client.firstToken(), () -> "a token");
        }
        long began = System.nanoTime();
        doomed.kill();
        List<SessionClient> after = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            SessionClient client = before.get(i);
            SessionLab.await(client.closed(), () -> "the end of a line");
            after.add(lab.connect(other, lab.lab().user(i), client.resumeQuery()));
        }
        for (SessionClient client : after) {
            killed.add(SessionLab.await(client.firstToken(), () -> "a token after a kill") - began);
            if (!client.isResumed()) {
                failures.add("A session was not resumed after the kill of its gateway.");
            }
            client.cut();
        }
    }

    private List<SessionClient> open(GatewayProcess gateway, int tokens, double pace)
            throws InterruptedException {
        List<SessionClient> opened =
                lab.welcomed(clients, i -> lab.connect(gateway, lab.lab().user(i), ""));
        for (SessionClient client : opened) {
            client.ask(lab.lab().answers().plan(tokens, pace).plan().prompt(100));
        }
        return opened;
    }

    /** What was shown before and after is the whole, in order, once. */
    private void check(
            List<SessionClient.Token> shown, SessionClient after, List<SessionClient.Token> whole) {
        StringBuilder text = new StringBuilder();
        shown.forEach(token -> text.append(token.text()));
        after.tokens().forEach(token -> text.append(token.text()));
        StringBuilder expected = new StringBuilder();
        whole.forEach(token -> expected.append(token.text()));
        if (!after.isResumed() || !text.toString().contentEquals(expected)) {
            failures.add("A resumed answer has a gap or a repeat.");
        }
    }
}

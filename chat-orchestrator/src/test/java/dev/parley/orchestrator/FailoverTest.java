package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.ledger.LedgerCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances with a standby of each other's state: one is killed, paused past its session and
 * woken, or stopped, in the middle of bursts. Limits stay exact, nothing is charged twice, and the
 * ledger is right afterwards.
 */
class FailoverTest {

    private static final int USERS = 24;
    private static final int ROOM = 5;
    private static final Duration WITHIN = Duration.ofSeconds(120);

    /** To be reached is 3 s on a machine that does nothing else; the tests share theirs. */
    private static final Duration AGAIN_WITHIN = Duration.ofSeconds(20);

    /** A pause that the group notices: the session ends after 1.5 s. */
    private static final Duration LONG_PAUSE = Duration.ofSeconds(5);

    private static final String POLICY =
            "roles: { user: { limits: { concurrent_answers: " + ROOM + " } } }";

    @TempDir Path folder;
    private TestBroker broker;
    private Traffic traffic;
    private OrchestratorProcess first;
    private OrchestratorProcess second;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        try (Log log = new Log(broker.bootstrapServers())) {
            Traffic.topics(log);
        }
        String standby = "--parley.orchestrator.streams.standby-replicas=1";
        first = new OrchestratorProcess("first", broker, folder, standby).policy(POLICY).start();
        second = new OrchestratorProcess("second", broker, folder, standby).policy(POLICY).start();
        first.awaitReady();
        second.awaitReady();
        traffic = new Traffic(broker);
        everyUserIsAnswered(WITHIN);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : new AutoCloseable[] {traffic, first, second, broker}) {
            if (one != null) {
                one.close();
            }
        }
    }

    @Test
    void admitsExactlyAsManyAsThereIsRoomForAcrossKills() throws Exception {
        List<Long> nextMs = new ArrayList<>();
        List<Long> againMs = new ArrayList<>();
        OrchestratorProcess[] both = {first, second};
        for (int round = 0; round < 3; round++) {
            OrchestratorProcess victim = both[round % 2];
            traffic.answers(false);
            AtomicLong killed = new AtomicLong();
            Map<String, List<String>> burst =
                    burst(() -> {
                        killed.set(System.nanoTime());
                        victim.kill();
                    });
            admitsRoom(burst);
            againMs.add(everyUserIsAnsweredAfter(killed.get()));
            nextMs.addAll(nextWords(burst, killed.get()));
            victim.start().awaitReady();
        }
        Collections.sort(nextMs);
        System.out.printf(
                "killed, next word to a user after ms: n %d, p50 %d, max %d; the whole burst decided and"
                        + " answered, and every user once more: %s%n",
                nextMs.size(), nextMs.get(nextMs.size() / 2), nextMs.getLast(), againMs);
        assertThat(againMs).allSatisfy(ms -> assertThat(ms).isLessThan(AGAIN_WITHIN.toMillis()));
        theLedgerIsRight();
    }

    @Test
    void fencesAnInstanceThatWasPausedPastItsSession() throws Exception {
        traffic.answers(false);
        Map<String, List<String>> burst = burst(() -> first.signal("STOP"));
        long paused = System.nanoTime();
        admitsRoom(burst);
        long tookOver = everyUserIsAnsweredAfter(paused);
        Awaitility.await("the end of the pause")
                .atMost(WITHIN)
                .until(() -> System.nanoTime() - paused > LONG_PAUSE.toNanos());
        traffic.answers(false);
        Map<String, List<String>> meanwhile = burst(() -> first.signal("CONT"));
        admitsRoom(meanwhile);
        everyUserIsAnsweredAfter(System.nanoTime());
        System.out.println("paused, every user decided and answered again after ms: " + tookOver);
        theLedgerIsRight();
    }

    @Test
    void rebalancesInABurstWithoutAFalseRefusal() throws Exception {
        traffic.answers(false);
        Map<String, List<String>> burst = burst(() -> second.terminate());
        admitsRoom(burst);
        everyUserIsAnsweredAfter(System.nanoTime());
        traffic.answers(false);
        Map<String, List<String>> joined = burst(() -> second.start());
        second.awaitReady();
        admitsRoom(joined);
        everyUserIsAnsweredAfter(System.nanoTime());
        theLedgerIsRight();
    }

    private interface Fault {
        void strike() throws Exception;
    }

    /** Of every user more messages than there is room for, with a fault in the middle. */
    private Map<String, List<String>> burst(Fault fault) throws Exception {
        Map<String, List<String>> sent = new ConcurrentHashMap<>();
        for (int i = 0; i < 2 * ROOM; i++) {
            for (int u = 0; u < USERS; u++) {
                String id = traffic.ask("user-" + u, 10);
                sent.computeIfAbsent("user-" + u, user -> new ArrayList<>()).add(id);
                asked.add(id);
            }
            if (i == ROOM - 1) {
                fault.strike();
            }
        }
        return sent;
    }

    /**
     * Of each user exactly as many are refused as there is no room for; then the rest is answered.
     */
    private void admitsRoom(Map<String, List<String>> burst) {
        Awaitility.await("a decision for every message")
                .atMost(WITHIN)
                .until(() -> burst.values().stream().allMatch(ids -> refused(ids) >= ROOM));
        burst.forEach((user, ids) -> {
            assertThat(refused(ids)).as("refused of %s", user).isEqualTo(ROOM);
            assertThat(ids.stream().filter(id -> !traffic.terminals.containsKey(id)))
                    .as("admitted of %s", user)
                    .hasSize(ROOM)
                    .allMatch(traffic.jobAt::containsKey);
        });
        traffic.answerAgain();
        Awaitility.await("an end for every message")
                .atMost(WITHIN)
                .until(() ->
                        burst.values().stream()
                                .allMatch(ids ->
                                        ids.stream().allMatch(traffic.terminals::containsKey)));
    }

    private long refused(List<String> ids) {
        return ids.stream()
                .map(traffic.terminals::get)
                .filter(t -> t != null && t.value().contains("\"code\":\"concurrency_limit\""))
                .count();
    }

    /** When each user was answered or refused for the first time since then. */
    private List<Long> nextWords(Map<String, List<String>> burst, long sinceNanos) {
        return burst.values().stream()
                .map(ids ->
                        ids.stream()
                                .map(id -> traffic.terminals.get(id).atNanos())
                                .filter(at -> at > sinceNanos)
                                .min(Long::compare)
                                .orElseThrow())
                .map(at -> (at - sinceNanos) / 1_000_000)
                .toList();
    }

    private long everyUserIsAnsweredAfter(long sinceNanos) {
        everyUserIsAnswered(AGAIN_WITHIN);
        return (System.nanoTime() - sinceNanos) / 1_000_000;
    }

    private void everyUserIsAnswered(Duration within) {
        List<String> ids = new ArrayList<>();
        for (int u = 0; u < USERS; u++) {
            ids.add(traffic.ask("user-" + u, 10));
        }
        asked.addAll(ids);
        Awaitility.await("an answer for every user")
                .atMost(within)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> ids.stream().allMatch(traffic.terminals::containsKey));
        assertThat(ids.stream().map(traffic.terminals::get)).allMatch(t -> t.kind().equals("done"));
    }

    private void theLedgerIsRight() {
        assertThat(traffic.terminals.keySet()).isEqualTo(asked);
        assertThat(traffic.doubledTerminals).hasValue(0);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status =
                LedgerCommand.run(
                        List.of("verify", "--kafka", broker.bootstrapServers()),
                        Map.of(),
                        new PrintStream(said, true, StandardCharsets.UTF_8));
        System.out.print(said.toString(StandardCharsets.UTF_8));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isEqualTo(LedgerCommand.RIGHT);
    }
}

package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.ledger.LedgerCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One budget, shared by users of four partitions on two instances that all ask at once, again and
 * again: it is used up, and never exceeded.
 */
class TeamBudgetOnBrokerTest {

    private static final int USERS = 24;
    private static final int BUDGET = 1_500;
    private static final int ROUNDS_MAX = 60;

    /** The longest answer, and what "message" is estimated at. */
    private static final int ANSWER = 50;

    private static final int HOLD = ANSWER + 2;

    @TempDir Path folder;
    private TestBroker broker;
    private Traffic traffic;
    private Service one;
    private Service two;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        try (Log log = new Log(broker.bootstrapServers())) {
            Traffic.topics(log);
        }
        Path policy = folder.resolve("policy.yaml");
        Files.writeString(
                policy,
                "roles: { user: { limits: {} }, admin: { limits: {} } }\n"
                        + "teams: { blue: { limits: { tokens_per_day: "
                        + BUDGET
                        + " } } }\n"
                        + IntStream.range(0, USERS)
                                .mapToObj(u -> "  user-" + u + ": { team: blue }\n")
                                .collect(Collectors.joining("", "users:\n", "")));
        String file = "--parley.policy-file=" + policy;
        one = Service.start(broker, folder.resolve("one"), 0, file).awaitReady();
        two = Service.start(broker, folder.resolve("two"), 0, file).awaitReady();
        traffic = new Traffic(broker);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {traffic, one, two, broker}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @Test
    void isUsedUpAndNeverExceeded() throws Exception {
        List<String> all = new ArrayList<>();
        boolean anyAdmitted = true;
        for (int round = 0; anyAdmitted; round++) {
            assertThat(round).as("rounds until nothing is left").isLessThan(ROUNDS_MAX);
            List<String> asked = new ArrayList<>();
            for (int i = 0; i < 2 * USERS; i++) {
                asked.add(traffic.ask("user-" + i % USERS, ANSWER));
            }
            Awaitility.await("an end for every message")
                    .atMost(Service.WITHIN)
                    .until(() -> traffic.terminals.keySet().containsAll(asked));
            anyAdmitted = asked.stream().anyMatch(this::isDone);
            all.addAll(asked);
        }
        long used =
                all.stream().filter(this::isDone).mapToLong(id -> Traffic.usage(id).total()).sum();
        System.out.printf("used %d of %d by %d messages%n", used, BUDGET, all.size());
        assertThat(used)
                .as("what is left is less than any message needs")
                .isBetween((long) BUDGET - HOLD + 1, (long) BUDGET);
        assertThat(all)
                .filteredOn(id -> !isDone(id))
                .isNotEmpty()
                .allSatisfy(id ->
                        assertThat(traffic.terminals.get(id).value())
                                .contains("\"code\":\"budget_exhausted\"")
                                .contains("\"scope\":\"team/blue\""));
        assertThat(traffic.doubledTerminals).hasValue(0);
        Set<String> instances = new HashSet<>();
        for (int u = 0; u < USERS; u++) {
            instances.add(one.live("user-" + u).path("instance").asString());
        }
        assertThat(instances).as("that have users of the team").hasSize(2);
        theLedgerIsRight();
    }

    private boolean isDone(String message) {
        return traffic.terminals.get(message).kind().equals("done");
    }

    private void theLedgerIsRight() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status =
                LedgerCommand.run(
                        List.of("verify", "--kafka", broker.bootstrapServers()),
                        Map.of(),
                        new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isEqualTo(LedgerCommand.RIGHT);
    }
}

package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.policy;
import static dev.parley.orchestrator.core.Given.priced;

import dev.parley.schemas.Json;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/**
 * Not a test: decisions a second of one core, by processor time, so that other load on the machine
 * changes little; run by hand. A message and its end are two decisions; the user's state is read
 * from JSON and written to it at each, as the service does.
 */
final class DecisionsMeasurement {

    private static final int ROUNDS = 5;
    private static final int MESSAGES = 20_000;
    private static final int USERS = 500;

    private DecisionsMeasurement() {}

    public static void main(String[] args) {
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf(
                    "%,d decisions a second of one core, %,d with the state as JSON%n",
                    measure(false), measure(true));
        }
    }

    private static long measure(boolean json) {
        List<Given> users = java.util.stream.Stream.generate(Given::new).limit(USERS).toList();
        users.forEach(user -> {
            user.policy =
                    policy(
                            limits(
                                    "requests_per_minute", 1_000_000,
                                    "tokens_per_day", 1_000_000_000,
                                    "cost_per_month", "1000000",
                                    "concurrent_answers", 4),
                            priced("demo", "1", "3"));
        });
        long startedNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < MESSAGES; i++) {
            Given user = users.get(i % USERS);
            String clientId = "m" + i;
            user.after(Duration.ofMillis(50));
            user.when(user.say("text").under(clientId).event());
            store(user, json);
            user.when(answered(clientId, "An answer of some words.", 10, 20));
            store(user, json);
            user.everything.clear();
        }
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startedNanos;
        return 2L * MESSAGES * 1_000_000_000 / nanos;
    }

    private static void store(Given user, boolean json) {
        if (json) {
            user.user = Json.read(Json.write(user.user), UserState.class);
        }
    }
}

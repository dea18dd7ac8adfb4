package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.failed;
import static dev.parley.orchestrator.core.Given.id;
import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.policy;
import static dev.parley.orchestrator.core.Given.priced;
import static dev.parley.orchestrator.core.Given.started;
import static dev.parley.orchestrator.core.Given.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A user, workers and time in random order, duplicates, late and old results included, against a
 * model that only adds up: limits hold in every window, every hold is released, what is charged is
 * what was used, and each admitted message has one terminal.
 */
class SimulationTest {

    private static final int STEPS = 3_000;
    private static final int REQUESTS_PER_MINUTE = 20;
    private static final int CONCURRENT = 3;
    private static final int TOKENS_PER_HOUR = 20_000;

    private final Given user = new Given();
    private final Map<String, Job> running = new HashMap<>();
    private final List<Instant> admissions = new ArrayList<>();
    private final List<Instant> usedAt = new ArrayList<>();
    private final List<Long> used = new ArrayList<>();
    private final Map<String, Integer> terminals = new HashMap<>();
    private final List<String> known = new ArrayList<>();
    private final Map<String, String> clientIds = new HashMap<>();
    private final List<RequestEvent> requested = new ArrayList<>();
    private final List<ResultEvent> reported = new ArrayList<>();
    private long charged;
    private BigDecimal cost = BigDecimal.ZERO;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void holdsEveryPromise(long seed) {
        Random random = new Random(seed);
        user.settings =
                new DeciderSettings(
                        user.settings.answer(),
                        user.settings.context(),
                        new DeciderSettings.Retention(10_000, 10_000, 3),
                        user.settings.queue(),
                        user.settings.budgetZone(),
                        "demo");
        user.policy =
                policy(
                        limits(
                                "requests_per_minute", REQUESTS_PER_MINUTE,
                                "concurrent_answers", CONCURRENT,
                                "tokens_per_hour", TOKENS_PER_HOUR,
                                "cost_per_month", "1000"),
                        priced("demo", "1", "3"));
        for (int i = 0; i < STEPS; i++) {
            user.after(Duration.ofMillis((long) Math.exp(random.nextDouble() * 10)));
            step(random, i);
            check();
        }
        // Whatever still runs meets its deadline, twice.
        for (String clientId : List.copyOf(running.keySet())) {
            deadline(user, clientId, Given.DEADLINE);
            deadline(user, clientId, Given.GRACE);
        }
        check();
        assertThat(running).isEmpty();
        assertThat(user.user.running()).isEmpty();
        assertThat(user.user.heldTokens()).isZero();
        assertThat(user.user.heldCost()).isEqualByComparingTo(BigDecimal.ZERO);
        assertThat(terminals.values()).containsOnly(1);
        assertThat(user.user.spend().monthCost()).isEqualByComparingTo(cost);
        assertThat(charged).isEqualTo(used.stream().mapToLong(Long::longValue).sum());
    }

    /**
     * Requests and results are two topics, of many gateways and workers: they are delivered in any
     * order, late, and more than once. Each decision may be lost with its instance, in which case
     * its jobs are out, and it is made again by one that read its state from the log.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34, 35, 36, 37, 38, 39, 40})
    void holdsEveryPromiseWhenTheLogAndTheInstancesAreUnkind(long seed) {
        Random random = new Random(seed);
        user.settings =
                new DeciderSettings(
                        user.settings.answer(),
                        user.settings.context(),
                        new DeciderSettings.Retention(10_000, 10_000, 3),
                        user.settings.queue(),
                        user.settings.budgetZone(),
                        "demo");
        user.policy =
                Policy.of(
                        List.of(
                                new PolicyRecord.Role(
                                        "user",
                                        limits(
                                                "requests_per_minute", REQUESTS_PER_MINUTE,
                                                "concurrent_answers", CONCURRENT,
                                                "tokens_per_hour", TOKENS_PER_HOUR,
                                                "cost_per_month", "1000"),
                                        random.nextBoolean(),
                                        null,
                                        Map.of(),
                                        null),
                                priced("demo", "1", "3")));
        for (int i = 0; i < STEPS; i++) {
            user.after(Duration.ofMillis((long) Math.exp(random.nextDouble() * 9)));
            unkindStep(random, i);
            check();
        }
        while (!requested.isEmpty() || !reported.isEmpty()) {
            deliver(random);
            check();
        }
        for (int i = 0; i < 3; i++) {
            user.after(Given.DEADLINE);
            for (String clientId : List.copyOf(known)) {
                decide(random, new Trigger.DeadlinePassed(Given.USER, id(clientId)));
            }
        }
        assertThat(user.user.running()).isEmpty();
        assertThat(user.user.waiting()).isEmpty();
        assertThat(user.user.heldTokens()).isZero();
        assertThat(terminals.keySet())
                .containsExactlyInAnyOrderElementsOf(known.stream().map(Given::id).toList());
        assertThat(terminals.values()).containsOnly(1);
        assertThat(user.user.totals().tokens()).isEqualTo(charged);
        assertThat(user.user.totals().cost()).isEqualByComparingTo(cost);
        assertThat(user.user.totals().settled()).isEqualTo(user.user.totals().admitted());
        assertThat(user.user.totals().admitted() + user.user.totals().refused())
                .isEqualTo(known.size());
    }

    private void unkindStep(Random random, int n) {
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                String clientId = "m" + n;
                known.add(clientId);
                clientIds.put(id(clientId), clientId);
                Given.Said said = user.say("text " + n).under(clientId);
                RequestEvent request = (random.nextBoolean() ? said.upTo(500) : said).event();
                for (int copies = 1 + random.nextInt(2); copies > 0; copies--) {
                    requested.add(request);
                }
            }
            case 2 -> {
                if (!known.isEmpty()) {
                    requested.add(stop(id(known.get(random.nextInt(known.size())))));
                }
            }
            case 3, 4 -> {
                String clientId = any(random);
                if (clientId != null) {
                    int attempt = 1 + random.nextInt(2);
                    reported.add(started(clientId, attempt));
                    for (int copies = 1 + random.nextInt(2); copies > 0; copies--) {
                        reported.add(answered(clientId, "ok", "stop", 1, 1, attempt));
                    }
                }
            }
            default -> deliver(random);
        }
    }

    private void deliver(Random random) {
        boolean request = reported.isEmpty() || !requested.isEmpty() && random.nextInt(2) == 0;
        if (request && !requested.isEmpty()) {
            decide(
                    random,
                    new Trigger.Requested(requested.remove(random.nextInt(requested.size()))));
        } else if (!reported.isEmpty()) {
            decide(random, new Trigger.Reported(reported.remove(random.nextInt(reported.size()))));
        }
    }

    private void decide(Random random, Trigger trigger) {
        UserState before = user.user;
        if (random.nextInt(5) == 0) {
            Decision lost =
                    new Decider(user.settings, Probe.NONE)
                            .decide(user, trigger, user.now, user.policy);
            user.user = Json.read(Json.write(before), UserState.class);
            List<Emitted> again = user.when(trigger);
            assertThat(again).as("made again, it is the same").isEqualTo(lost.emitted());
            count(again);
        } else {
            count(user.when(trigger));
        }
    }

    /** As {@link #take}, of whichever messages a decision concerns. */
    private void count(List<Emitted> emitted) {
        for (Emitted one : emitted) {
            String id =
                    switch (one) {
                        case Emitted.Dispatch dispatch -> dispatch.job().messageId();
                        case Emitted.Turn turn -> turn.draft().messageId();
                        case Emitted.Frame frame -> frame.messageId();
                        default -> null;
                    };
            take(List.of(one), clientIds.getOrDefault(id == null ? "" : id, "none"));
        }
    }

    private void step(Random random, int n) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                String clientId = "m" + n;
                known.add(clientId);
                Given.Said said = user.say("text " + n).under(clientId);
                take(user.when((random.nextBoolean() ? said.upTo(500) : said).event()), clientId);
            }
            case 3 -> {
                if (!known.isEmpty()) {
                    int i = random.nextInt(known.size());
                    String again = known.get(i);
                    assertThat(
                                    user.when(
                                            user.say("text " + again.substring(1))
                                                    .under(again)
                                                    .event()))
                            .isEmpty();
                }
            }
            case 4 -> {
                String clientId = any(random);
                if (clientId != null) {
                    user.when(started(clientId, 1 + random.nextInt(2)));
                    user.when(stop(id(clientId)));
                }
            }
            case 5, 6 -> {
                String clientId = any(random);
                if (clientId != null) {
                    Job job = running.getOrDefault(clientId, null);
                    long in = 1 + random.nextInt(3);
                    long out = job == null ? 1 : random.nextInt(job.maxTokens() + 1);
                    int attempt = 1 + random.nextInt(2);
                    take(
                            user.when(
                                    random.nextInt(4) == 0
                                            ? failed(
                                                    clientId,
                                                    ErrorCode.UPSTREAM_ERROR,
                                                    "p",
                                                    in,
                                                    out)
                                            : answered(clientId, "ok", "stop", in, out, attempt)),
                            clientId);
                }
            }
            default -> {
                String clientId = any(random);
                if (clientId != null && random.nextInt(10) == 0) {
                    deadline(user, clientId, Given.DEADLINE);
                    deadline(user, clientId, Given.GRACE);
                }
            }
        }
    }

    private void deadline(Given given, String clientId, Duration later) {
        given.after(later);
        take(given.when(new Trigger.DeadlinePassed(Given.USER, id(clientId))), clientId);
    }

    /** One that runs, or sometimes one that never did or has ended. */
    private String any(Random random) {
        if (random.nextInt(4) == 0 && !known.isEmpty()) {
            return known.get(random.nextInt(known.size()));
        }
        return running.isEmpty()
                ? null
                : new ArrayList<>(running.keySet()).get(random.nextInt(running.size()));
    }

    private void take(List<Emitted> emitted, String clientId) {
        for (Emitted one : emitted) {
            if (one instanceof Emitted.Dispatch dispatch) {
                running.put(clientId, dispatch.job());
                admissions.add(user.now);
            }
            if (one instanceof Emitted.Turn(_, _, _, TurnDraft.Charged charge)) {
                charged += charge.usage().total();
                cost = cost.add(charge.cost() == null ? BigDecimal.ZERO : charge.cost());
                usedAt.add(user.now);
                used.add(charge.usage().total());
            }
            if (one instanceof Emitted.Frame frame
                    && (frame.frame() instanceof ServerFrame.Done
                            || frame.frame() instanceof ServerFrame.Failure)
                    && frame.messageId() != null) {
                terminals.merge(frame.messageId(), 1, Integer::sum);
                running.remove(clientId);
            }
        }
    }

    private void check() {
        assertThat(running.size()).isLessThanOrEqualTo(CONCURRENT);
        assertThat(user.user.running()).hasSize(running.size());
        Instant minuteAgo = user.now.minus(Duration.ofMinutes(1));
        assertThat(admissions.stream().filter(at -> at.isAfter(minuteAgo)).count())
                .isLessThanOrEqualTo(REQUESTS_PER_MINUTE);
        Instant hourAgo = user.now.minus(Duration.ofHours(1));
        long tokens = user.user.heldTokens();
        for (int i = usedAt.size() - 1; i >= 0 && usedAt.get(i).isAfter(hourAgo); i--) {
            tokens += used.get(i);
        }
        assertThat(tokens).isLessThanOrEqualTo(TOKENS_PER_HOUR);
    }
}

package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.role;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One account and several partitions with one member of the team each, and between them queues that
 * keep their own order and nobody else's.
 */
class TeamBudgetTest {

    private static final int PARTITIONS = 4;
    private static final String TEAM = "blue";

    private final Map<Integer, Given> members = new HashMap<>();
    private final Map<Integer, Deque<TeamEvent.ToAccount>> toAccount = new HashMap<>();
    private final Map<Integer, Deque<TeamEvent.ToPartition>> toPartition = new HashMap<>();
    private final Map<String, Integer> jobs = new HashMap<>();
    private final Map<String, Integer> longest = new HashMap<>();
    private final List<ServerFrame.Failure> refusals = new ArrayList<>();
    private TeamAccount account = TeamAccount.of(TEAM);
    private Policy policy = Policy.EMPTY;
    private long used;
    private int asked;

    private void team(Object... namesAndValues) {
        policy =
                Policy.of(
                        List.of(
                                role("user", limits(), null),
                                Given.priced("*", "1", "2"),
                                new PolicyRecord.Team(TEAM, limits(namesAndValues))));
        for (int p = 0; p < PARTITIONS; p++) {
            Given member = new Given();
            member.policy = policy;
            members.put(p, member);
            toAccount.put(p, new ArrayDeque<>());
            toPartition.put(p, new ArrayDeque<>());
        }
    }

    private String ask(int partition, Integer maxTokens) {
        String user = "member-" + partition;
        String id = MessageIds.of(user, "m" + asked++);
        take(
                partition,
                members.get(partition)
                        .when(
                                new RequestEvent.MessageSubmitted(
                                        id,
                                        "m",
                                        "home",
                                        "home",
                                        "abcd",
                                        null,
                                        maxTokens,
                                        null,
                                        List.of(),
                                        "ws",
                                        new Caller(user, null, null, "user", TEAM),
                                        new ReplyTo("s", 1, 1),
                                        Given.START)));
        return id;
    }

    private void answer(String id, long in, long out) {
        int partition = jobs.remove(id);
        used += in + out;
        take(
                partition,
                members.get(partition)
                        .when(
                                new ResultEvent.AnswerCompleted(
                                        id,
                                        "member-" + partition,
                                        1,
                                        "ok",
                                        "stop",
                                        "demo",
                                        new TokenUsage(in, out, 0, false),
                                        0,
                                        List.of(),
                                        1,
                                        Given.START,
                                        null,
                                        Given.START,
                                        "w")));
    }

    private void take(int partition, List<Emitted> emitted) {
        for (Emitted one : emitted) {
            switch (one) {
                case Emitted.Dispatch(var job) -> {
                    jobs.put(job.messageId(), partition);
                    longest.put(job.messageId(), job.maxTokens());
                }
                case Emitted.TeamWant want ->
                        toAccount
                                .get(partition)
                                .add(
                                        new TeamEvent.SliceWanted(
                                                want.team(),
                                                partition,
                                                want.userId(),
                                                want.messageId(),
                                                want.need().tokens(),
                                                want.need().cost(),
                                                want.least().tokens(),
                                                want.least().cost(),
                                                want.at()));
                case Emitted.TeamUse use ->
                        toAccount
                                .get(partition)
                                .add(
                                        new TeamEvent.SliceUsed(
                                                use.team(),
                                                partition,
                                                use.used().tokens(),
                                                use.used().cost(),
                                                use.taken().tokens(),
                                                use.taken().cost(),
                                                use.at()));
                case Emitted.Frame frame -> {
                    if (frame.frame() instanceof ServerFrame.Failure failure) {
                        refusals.add(failure);
                    }
                }
                default -> {}
            }
        }
    }

    /** Carries one record between account and partitions; false when there is none. */
    private boolean carry(Random random) {
        List<Deque<?>> some = new ArrayList<>();
        toAccount.values().stream().filter(q -> !q.isEmpty()).forEach(some::add);
        toPartition.values().stream().filter(q -> !q.isEmpty()).forEach(some::add);
        if (some.isEmpty()) {
            return false;
        }
        switch (some.get(random.nextInt(some.size())).remove()) {
            case TeamEvent.ToAccount event -> {
                TeamAccount.Decided decided =
                        account.decide(
                                event,
                                policy.shared(TEAM),
                                Given.START,
                                Given.settings().budgetZone());
                account = Json.read(Json.write(decided.account()), TeamAccount.class);
                decided.told().forEach(t -> toPartition.get(t.partition()).add(t));
            }
            case TeamEvent.ToPartition event -> receive(event);
            default -> throw new IllegalStateException();
        }
        return true;
    }

    private void receive(TeamEvent.ToPartition event) {
        Given member = members.get(event.partition());
        if (event instanceof TeamEvent.SliceRecalled recalled) {
            TeamSlice slice = member.team(TEAM);
            TeamSlice.Share back = slice.returnable();
            member.teams.put(TEAM, slice.returned(back));
            toAccount
                    .get(event.partition())
                    .add(
                            new TeamEvent.SliceReturned(
                                    TEAM,
                                    event.partition(),
                                    recalled.recall(),
                                    back.tokens(),
                                    back.cost(),
                                    Given.START));
        } else {
            take(
                    event.partition(),
                    member.when(new Trigger.TeamAnswered("member-" + event.partition(), event)));
        }
    }

    private void settle(Random random) {
        for (int i = 0; i < 10_000; i++) {
            if (!carry(random)) {
                return;
            }
        }
        throw new AssertionError("account and partitions never come to rest");
    }

    @Test
    void membersOfOnePartitionNeedNotAskForEachMessage() {
        team("tokens_per_day", 100_000);
        Random random = new Random(1);
        ask(0, 100);
        assertThat(jobs).as("waits for the account").isEmpty();
        settle(random);
        assertThat(jobs).hasSize(1);

        ask(0, 100);
        assertThat(jobs).as("admitted from the slice").hasSize(2);
    }

    /** The budget has room for exactly ten; wherever it was leased, ten are admitted. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void admitsExactlyAsManyAsFitIntoTheBudget(long seed) {
        Random random = new Random(seed);
        team("tokens_per_day", 10 * 101 + 50);
        for (int i = 0; i < 40; i++) {
            ask(random.nextInt(PARTITIONS), 100);
            if (random.nextBoolean()) {
                carry(random);
            }
        }
        settle(random);

        assertThat(jobs).hasSize(10);
        assertThat(refusals).hasSize(30);
        assertThat(refusals)
                .allSatisfy(r -> {
                    assertThat(r.code()).isEqualTo(ErrorCode.BUDGET_EXHAUSTED);
                    assertThat(r.limit().name()).isEqualTo("tokens_per_day");
                    assertThat(r.limit().scope()).isEqualTo("team/blue");
                    assertThat(r.retryAfterS()).isEqualTo(1);
                });
    }

    /** Whatever order records of different partitions take: never more than the budget. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
    void neverSpendsMoreThanTheBudgetAndRefusesNothingThatFits(long seed) {
        Random random = new Random(seed);
        int budget = 20_000;
        team("tokens_per_day", budget);
        for (int i = 0; i < 2_000; i++) {
            switch (random.nextInt(4)) {
                case 0 -> ask(random.nextInt(PARTITIONS), 1 + random.nextInt(400));
                case 1 -> {
                    if (!jobs.isEmpty()) {
                        String id = new ArrayList<>(jobs.keySet()).get(random.nextInt(jobs.size()));
                        answer(id, 1, random.nextInt(longest.get(id) + 1));
                    }
                }
                default -> carry(random);
            }
            assertThat(used + held()).isLessThanOrEqualTo(budget);
        }
        settle(random);
        for (String id : List.copyOf(jobs.keySet())) {
            answer(id, 1, 0);
        }
        settle(random);
        assertThat(account.tokens().sum(Given.START, Duration.ofDays(1))).isEqualTo(used);
        int before = refusals.size();
        long rest = budget - used;
        if (rest > 2) {
            ask(random.nextInt(PARTITIONS), (int) rest - 1);
            settle(random);
            assertThat(refusals).as("what fits is not refused").hasSize(before);
            assertThat(jobs).hasSize(1);
        }
        ask(random.nextInt(PARTITIONS), budget + 1);
        settle(random);
        assertThat(refusals).hasSize(before + 1);
    }

    private long held() {
        return members.values().stream().mapToLong(m -> m.team(TEAM).held().tokens()).sum();
    }

    @Test
    void shortensAnAnswerToTheRestOfTheBudget() {
        team("tokens_per_day", 500, "cost_per_month", "1");
        ask(2, null);
        settle(new Random(1));

        assertThat(longest.values()).containsExactly(499);
    }

    @Test
    void anEmptyBudgetAdmitsNobody() {
        team("cost_per_month", 0);
        ask(1, null);
        settle(new Random(1));

        assertThat(refusals).hasSize(1);
        assertThat(refusals.getFirst().limit().name()).isEqualTo("cost_per_month");
    }
}

package dev.parley.orchestrator.core;

import dev.parley.orchestrator.core.TeamSlice.Share;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * The account of one team. What was used and what is leased never exceed a limit together, so what
 * the partitions admit from their slices never does either. When what is free here is too little
 * for a message, every slice is asked for what it does not hold before the message is refused: a
 * refusal is never due to budget that lies idle elsewhere.
 *
 * @param tokens used
 * @param leases by partition
 * @param wanted not answered yet, in order
 * @param recall number of the newest recall
 * @param awaited partitions that have not answered it
 */
public record TeamAccount(
        String team,
        SlidingLedger tokens,
        Spend spend,
        List<Lease> leases,
        List<TeamEvent.SliceWanted> wanted,
        long recall,
        List<Integer> awaited) {

    /** What a partition has of the budget. */
    public record Lease(int partition, Share share) {
        boolean isSome() {
            return share.tokens() > 0 || share.cost().signum() > 0;
        }
    }

    /** The next account and what is to be told, in order. */
    public record Decided(TeamAccount account, List<TeamEvent.ToPartition> told) {}

    public TeamAccount {
        leases = List.copyOf(leases);
        wanted = List.copyOf(wanted);
        awaited = List.copyOf(awaited);
    }

    public static TeamAccount of(String team) {
        return new TeamAccount(
                team, SlidingLedger.EMPTY, Spend.NONE, List.of(), List.of(), 0, List.of());
    }

    /** What follows; the arguments decide it alone. */
    public Decided decide(TeamEvent.ToAccount event, Limits limits, Instant now, ZoneId zone) {
        return switch (event) {
            case TeamEvent.SliceUsed used ->
                    new Decided(
                            new TeamAccount(
                                    team,
                                    tokens.plus(now, used.tokens()),
                                    spend.plus(now, zone, used.cost()),
                                    leased(
                                            used.partition(),
                                            new Share(
                                                    -used.tokensLeased(),
                                                    used.costLeased().negate())),
                                    wanted,
                                    recall,
                                    awaited),
                            List.of());
            case TeamEvent.SliceWanted want -> {
                List<TeamEvent.SliceWanted> all = new ArrayList<>(wanted);
                all.add(want);
                TeamAccount next = with(leases, all, recall, awaited);
                yield awaited.isEmpty()
                        ? next.serve(limits, now, zone, false)
                        : new Decided(next, List.of());
            }
            case TeamEvent.SliceReturned back -> {
                List<Lease> left =
                        leased(back.partition(), new Share(-back.tokens(), back.cost().negate()));
                List<Integer> still =
                        back.recall() == recall
                                ? awaited.stream().filter(p -> p != back.partition()).toList()
                                : awaited;
                TeamAccount next = with(left, wanted, recall, still);
                yield still.isEmpty()
                        ? next.serve(limits, now, zone, true)
                        : new Decided(next, List.of());
            }
        };
    }

    /** What a user is told whose message the account refused. */
    static Refusal refusal(TeamEvent.SliceRefused refused) {
        boolean rate =
                refused.limit().name().equals(LimitName.TOKENS_PER_MINUTE.wire())
                        || refused.limit().name().equals(LimitName.TOKENS_PER_HOUR.wire());
        return new Refusal(
                Checkpoint.USAGE_CHECK,
                rate ? ErrorCode.RATE_LIMITED : ErrorCode.BUDGET_EXHAUSTED,
                "The limit " + refused.limit().name() + " of your team is reached.",
                refused.limit(),
                refused.retryAfterS());
    }

    /**
     * Answers what is wanted in its order, until one needs a recall.
     *
     * @param recalled whether every slice has just given back what it did not hold
     */
    private Decided serve(Limits limits, Instant now, ZoneId zone, boolean recalled) {
        List<TeamEvent.ToPartition> told = new ArrayList<>();
        TeamAccount account = this;
        while (!account.wanted.isEmpty()) {
            TeamEvent.SliceWanted want = account.wanted.getFirst();
            Share most = new Share(want.tokens(), want.cost());
            Share least = new Share(want.tokensLeast(), want.costLeast());
            TeamMeters meters = new TeamMeters(account, limits, now, zone);
            Share free = meters.free();
            if (free.covers(most)) {
                account =
                        account.grant(
                                want, most.plus(meters.ahead(free.minus(most))), told, meters);
            } else if (!recalled && account.leases.stream().anyMatch(Lease::isSome)) {
                return account.recall(told, now);
            } else if (free.covers(least)) {
                account = account.grant(want, most.min(free), told, meters);
            } else {
                ServerFrame.LimitState limit = meters.exceeded(least);
                told.add(
                        new TeamEvent.SliceRefused(
                                team,
                                want.partition(),
                                want.userId(),
                                want.messageId(),
                                limit,
                                meters.retryAfterS(limit),
                                now));
                account = account.served();
            }
        }
        return new Decided(account, told);
    }

    private TeamAccount grant(
            TeamEvent.SliceWanted want,
            Share share,
            List<TeamEvent.ToPartition> told,
            TeamMeters meters) {
        told.add(
                new TeamEvent.SliceGranted(
                        team,
                        want.partition(),
                        want.userId(),
                        want.messageId(),
                        share.tokens(),
                        share.cost(),
                        meters.lines(),
                        want.at()));
        TeamAccount after = served();
        return after.with(
                after.leased(want.partition(), share), after.wanted, recall, after.awaited);
    }

    private Decided recall(List<TeamEvent.ToPartition> told, Instant now) {
        List<Integer> asked = leases.stream().filter(Lease::isSome).map(Lease::partition).toList();
        for (int partition : asked) {
            told.add(new TeamEvent.SliceRecalled(team, partition, recall + 1, now));
        }
        return new Decided(with(leases, wanted, recall + 1, asked), told);
    }

    private TeamAccount served() {
        return with(leases, wanted.subList(1, wanted.size()), recall, awaited);
    }

    private List<Lease> leased(int partition, Share more) {
        List<Lease> all = new ArrayList<>();
        Share share = Share.NONE;
        for (Lease lease : leases) {
            if (lease.partition() == partition) {
                share = lease.share();
            } else {
                all.add(lease);
            }
        }
        Lease next = new Lease(partition, share.plus(more));
        if (next.share().tokens() != 0 || next.share().cost().signum() != 0) {
            all.add(next);
        }
        return all;
    }

    private TeamAccount with(
            List<Lease> newLeases,
            List<TeamEvent.SliceWanted> newWanted,
            long newRecall,
            List<Integer> newAwaited) {
        return new TeamAccount(team, tokens, spend, newLeases, newWanted, newRecall, newAwaited);
    }
}

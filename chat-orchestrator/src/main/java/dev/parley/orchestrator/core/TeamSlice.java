package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.util.List;

/**
 * The part of a team's budget that is leased to the users of one partition. What is leased and not
 * held admits further messages without asking anybody.
 *
 * @param leased and not used yet
 * @param held by running answers, of what is leased
 * @param limits how the team's limits stood when last told
 */
public record TeamSlice(
        String team, Share leased, Share held, List<ServerFrame.LimitState> limits) {

    /** Tokens and money. */
    public record Share(long tokens, BigDecimal cost) {

        static final Share NONE = new Share(0, BigDecimal.ZERO);

        Share plus(Share more) {
            return new Share(tokens + more.tokens, cost.add(more.cost));
        }

        Share minus(Share less) {
            return new Share(tokens - less.tokens, cost.subtract(less.cost));
        }

        /** Of each the smaller. */
        Share min(Share other) {
            return new Share(Math.min(tokens, other.tokens), cost.min(other.cost));
        }

        boolean covers(Share need) {
            return need.tokens <= tokens && need.cost.compareTo(cost) <= 0;
        }
    }

    /**
     * @param taken what of the usage the slice paid; the rest was more than was ever leased
     */
    record Settled(TeamSlice slice, Share taken) {}

    public TeamSlice {
        limits = List.copyOf(limits);
    }

    public static TeamSlice none(String team) {
        return new TeamSlice(team, Share.NONE, Share.NONE, List.of());
    }

    Share free() {
        return leased.minus(held);
    }

    TeamSlice granted(Share more, List<ServerFrame.LimitState> states) {
        return new TeamSlice(team, leased.plus(more), held, states);
    }

    TeamSlice hold(Share need) {
        return new TeamSlice(team, leased, held.plus(need), limits);
    }

    Settled settle(Share hold, Share used) {
        Share taken = leased.min(used);
        return new Settled(
                new TeamSlice(team, leased.minus(taken), held.minus(hold), limits), taken);
    }

    /** Without what is free, never below nothing. */
    public Share returnable() {
        Share free = free();
        return new Share(Math.max(0, free.tokens()), free.cost().max(BigDecimal.ZERO));
    }

    public TeamSlice returned(Share back) {
        return new TeamSlice(team, leased.minus(back), held, limits);
    }
}

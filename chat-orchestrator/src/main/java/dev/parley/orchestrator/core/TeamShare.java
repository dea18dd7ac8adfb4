package dev.parley.orchestrator.core;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a message of a team's member takes of the slice of its partition: tokens and money, each
 * only where the team limits it.
 */
record TeamShare(TeamSlice slice, boolean tokens, boolean cost) {

    /** Where nothing is limited: more than any answer takes. */
    private static final long UNLIMITED = 1_000_000_000_000L;

    /** Null where the members share no limit. */
    static @Nullable TeamShare of(Rights rights, Memory memory) {
        String team = rights.author().team();
        if (team == null || rights.shared().isEmpty()) {
            return null;
        }
        boolean cost =
                rights.shared().max(LimitName.COST_PER_DAY) != null
                        || rights.shared().max(LimitName.COST_PER_MONTH) != null;
        boolean tokens =
                rights.shared().max(LimitName.TOKENS_PER_MINUTE) != null
                        || rights.shared().max(LimitName.TOKENS_PER_HOUR) != null
                        || rights.shared().max(LimitName.TOKENS_PER_DAY) != null;
        return new TeamShare(memory.team(team), tokens, cost);
    }

    /** What may still be held of it. */
    TeamSlice.Share rest() {
        TeamSlice.Share free = slice.free();
        return new TeamSlice.Share(
                tokens ? free.tokens() : UNLIMITED,
                cost ? free.cost() : BigDecimal.valueOf(UNLIMITED));
    }

    TeamSlice.Share of(Reservation.Verdict.Held held) {
        return only(new TeamSlice.Share(held.tokens(), held.cost()));
    }

    TeamSlice.Share only(TeamSlice.Share share) {
        return new TeamSlice.Share(
                tokens ? share.tokens() : 0, cost ? share.cost() : BigDecimal.ZERO);
    }

    boolean covers(TeamSlice.Share share) {
        TeamSlice.Share rest = rest();
        return rest.covers(share);
    }
}

package dev.parley.orchestrator.core;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;

/**
 * What was used over time, by one user or by one user of one model.
 *
 * @param requests admitted requests
 * @param tokens settled tokens, at the time of their settlement
 */
public record Account(SlidingLedger requests, SlidingLedger tokens, Spend spend) {

    public static final Account NEW =
            new Account(SlidingLedger.EMPTY, SlidingLedger.EMPTY, Spend.NONE);

    Account requested(Instant now) {
        return new Account(requests.plus(now, 1), tokens, spend);
    }

    Account charged(Instant now, ZoneId zone, long usedTokens, BigDecimal cost) {
        return new Account(requests, tokens.plus(now, usedTokens), spend.plus(now, zone, cost));
    }
}

package dev.parley.orchestrator.core;

import java.math.BigDecimal;

/**
 * Everything since the user was first seen, to be compared with the record.
 *
 * @param admitted messages
 * @param settled admitted messages that have ended, each charged once
 * @param tokens charged
 * @param cost charged
 * @param refused messages
 */
public record Totals(long admitted, long settled, long tokens, BigDecimal cost, long refused) {

    public static final Totals NONE = new Totals(0, 0, 0, BigDecimal.ZERO, 0);

    Totals admittedOne() {
        return new Totals(admitted + 1, settled, tokens, cost, refused);
    }

    Totals settledOne(long usedTokens, BigDecimal usedCost) {
        return new Totals(admitted, settled + 1, tokens + usedTokens, cost.add(usedCost), refused);
    }

    Totals refusedOne() {
        return new Totals(admitted, settled, tokens, cost, refused + 1);
    }
}

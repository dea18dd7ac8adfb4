package dev.parley.orchestrator.ledger;

import dev.parley.orchestrator.core.SlidingLedger;
import dev.parley.orchestrator.core.Spend;
import dev.parley.orchestrator.core.Totals;
import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One user's account as the record tells it: each admitted message, refusal, end and charge, in any
 * order.
 */
final class Recount {

    /** A window's sum may count an amount for this part longer; see {@link SlidingLedger}. */
    private static final int SLACK_PERCENT = 2;

    private static final Duration DAY = Duration.ofDays(1);

    private final Set<String> admitted = new HashSet<>();
    private final Map<String, Charge> charges = new HashMap<>();
    private final Map<String, TokenUsage> ends = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long refused;

    private record Charge(Instant at, TokenUsage usage, BigDecimal cost) {}

    void take(TurnRecord turn) {
        switch (turn.body()) {
            case TurnRecord.UserTurn asked -> admitted.add(asked.messageId());
            case TurnRecord.RefusalTurn _ -> refused++;
            case TurnRecord.AssistantTurn end -> ends.put(end.messageId(), end.usage());
            case TurnRecord.FailureTurn end -> ends.put(end.messageId(), end.usage());
            case TurnRecord.ChargeTurn charge -> {
                Charge one =
                        new Charge(
                                turn.at(),
                                charge.usage(),
                                charge.cost() == null ? BigDecimal.ZERO : charge.cost());
                if (charges.put(charge.messageId(), one) != null) {
                    faults.add("message " + charge.messageId() + " is charged twice");
                }
            }
            case TurnRecord.ToolCallTurn _,
                    TurnRecord.ApprovalTurn _,
                    TurnRecord.ImportedTurn _ -> {}
        }
    }

    long tokens() {
        return charges.values().stream().mapToLong(c -> c.usage().total()).sum();
    }

    BigDecimal cost() {
        return charges.values().stream().map(Charge::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    int chargeCount() {
        return charges.size();
    }

    /** What differs, in words; empty when the account is right. */
    List<String> differences(UserState live, Instant now, ZoneId zone) {
        List<String> all = new ArrayList<>(faults);
        charges.forEach((id, charge) -> {
            if (!admitted.contains(id)) {
                all.add("message " + id + " is charged and was never admitted");
            }
            TokenUsage used = ends.get(id);
            if (used == null) {
                all.add("message " + id + " is charged and has no end");
            } else if (!used.equals(charge.usage())) {
                all.add("message " + id + " used " + used + " and is charged " + charge.usage());
            }
        });
        for (String id : admitted) {
            if (!charges.containsKey(id) && live.running(id) == null) {
                all.add("message " + id + " neither runs nor is charged");
            }
        }
        live.running().stream()
                .filter(running -> !admitted.contains(running.messageId()))
                .forEach(r -> all.add("message " + r.messageId() + " runs and was never admitted"));
        Totals kept = live.totals();
        compare(all, "admitted messages", admitted.size(), kept.admitted());
        compare(all, "settled messages", charges.size(), kept.settled());
        compare(all, "refused messages", refused, kept.refused());
        compare(all, "charged tokens", tokens(), kept.tokens());
        compare(all, "charged cost", cost(), kept.cost());
        spend(all, live.spend(), now, zone);
        window(all, live.tokens(), now);
        return all;
    }

    private void spend(List<String> all, Spend kept, Instant now, ZoneId zone) {
        Spend counted = Spend.NONE;
        List<Charge> inOrder = new ArrayList<>(charges.values());
        inOrder.sort(Comparator.comparing(Charge::at));
        for (Charge charge : inOrder) {
            counted = counted.plus(charge.at(), zone, charge.cost());
        }
        compare(all, "cost of the day", counted.ofDay(now, zone), kept.ofDay(now, zone));
        compare(all, "cost of the month", counted.ofMonth(now, zone), kept.ofMonth(now, zone));
    }

    private void window(List<String> all, SlidingLedger kept, Instant now) {
        long inWindow = since(now.minus(DAY));
        long atMost = since(now.minus(DAY.plus(DAY.multipliedBy(SLACK_PERCENT).dividedBy(100))));
        long sum = kept.sum(now, DAY);
        if (sum < inWindow || sum > atMost) {
            all.add("tokens of the last day: " + inWindow + " in the record, " + sum + " kept");
        }
    }

    private long since(Instant from) {
        return charges.values().stream()
                .filter(charge -> charge.at().isAfter(from))
                .mapToLong(charge -> charge.usage().total())
                .sum();
    }

    private static void compare(List<String> all, String what, long counted, long kept) {
        if (counted != kept) {
            all.add(what + ": " + counted + " in the record, " + kept + " kept");
        }
    }

    private static void compare(
            List<String> all, String what, BigDecimal counted, BigDecimal kept) {
        if (counted.compareTo(kept) != 0) {
            all.add(
                    what
                            + ": "
                            + counted.toPlainString()
                            + " in the record, "
                            + kept.toPlainString()
                            + " kept");
        }
    }
}

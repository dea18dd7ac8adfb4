package dev.parley.orchestrator.ledger;

import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The accounts of all users, from the record and from the state. */
public final class LedgerVerification {

    private final ZoneId zone;
    private final Map<String, Recount> recounts = new HashMap<>();
    private final Map<String, UserState> live = new HashMap<>();

    /**
     * @param users with an account
     * @param charges in the record
     * @param differences by user; empty when every account is right
     */
    public record Report(
            int users,
            long charges,
            long tokens,
            BigDecimal cost,
            SortedMap<String, List<String>> differences) {}

    /**
     * @param zone where days and months of cost begin
     */
    public LedgerVerification(ZoneId zone) {
        this.zone = zone;
    }

    public void take(TurnRecord turn) {
        recounts.computeIfAbsent(turn.userId(), id -> new Recount()).take(turn);
    }

    /** The newest state of a user; null when it was removed. */
    public void take(String userId, @Nullable UserState state) {
        if (state == null) {
            live.remove(userId);
        } else {
            live.put(userId, state);
        }
    }

    public Report report(Instant now) {
        SortedMap<String, List<String>> differences = new TreeMap<>();
        for (Map.Entry<String, Recount> account : recounts.entrySet()) {
            UserState state = live.getOrDefault(account.getKey(), UserState.NEW);
            List<String> found = account.getValue().differences(state, now, zone);
            if (!found.isEmpty()) {
                differences.put(account.getKey(), found);
            }
        }
        live.forEach((userId, state) -> {
            if (!recounts.containsKey(userId)) {
                List<String> found = new Recount().differences(state, now, zone);
                if (!found.isEmpty()) {
                    differences.put(userId, found);
                }
            }
        });
        return new Report(
                recounts.size(),
                recounts.values().stream().mapToLong(Recount::chargeCount).sum(),
                recounts.values().stream().mapToLong(Recount::tokens).sum(),
                recounts.values().stream()
                        .map(Recount::cost)
                        .reduce(BigDecimal.ZERO, BigDecimal::add),
                differences);
    }
}

package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Violations;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ResultEvent.GuardReported;
import java.time.Instant;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Counts what the guard reports of each user, in the store. */
final class ViolationCount {

    private final KeyValueStore<String, byte[]> store;
    private final ViolationSettings settings;

    ViolationCount(KeyValueStore<String, byte[]> store, ViolationSettings settings) {
        this.store = store;
        this.settings = settings;
    }

    /** The block that is due with this report; null when none is. */
    PolicyRecord.@Nullable Block report(GuardReported report, Instant now) {
        if (settings.violationsMax() == 0) {
            return null;
        }
        String key = StateKeys.violations(report.userId());
        byte[] stored = store.get(key);
        Violations before = stored == null ? Violations.NONE : Json.read(stored, Violations.class);
        Violations after =
                before.with(report, now, settings.violationsWindow(), settings.violationsMax());
        if (!after.reach(settings.violationsMax())) {
            store.put(key, Json.write(after));
            return null;
        }
        store.delete(key);
        return new PolicyRecord.Block(
                report.userId(),
                "guard: %d messages within %s"
                        .formatted(settings.violationsMax(), settings.violationsWindow()),
                "You are blocked for a while, since your messages were against the rules of this"
                        + " system.",
                now.plus(settings.blockFor()));
    }
}

package dev.parley.orchestrator.admin;

import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** What the relay needs of the tables. */
@Component
@ConditionalOnDatabase
class RelayTables {

    private static final Logger LOG = LoggerFactory.getLogger(RelayTables.class);

    private final PolicySchema schema;
    private final ChainHeads heads;
    private final Subjects subjects;
    private final Changes changes;
    private final Outbox outbox;
    private final Seed seed;
    private final FirstTools firstTools;

    RelayTables(
            PolicySchema schema,
            ChainHeads heads,
            Subjects subjects,
            Changes changes,
            Outbox outbox,
            Seed seed,
            FirstTools firstTools) {
        this.schema = schema;
        this.heads = heads;
        this.subjects = subjects;
        this.changes = changes;
        this.outbox = outbox;
        this.seed = seed;
        this.firstTools = firstTools;
    }

    boolean areReady() {
        return schema.isReady();
    }

    Outbox outbox() {
        return outbox;
    }

    /** In a transaction of the caller's. */
    void seed(Map<String, @Nullable PolicyRecord> inForce, @Nullable PolicyChange last) {
        seed.ifEmpty(heads.lock(), inForce, last);
    }

    boolean acceptFirstTools() {
        return firstTools.accept();
    }

    /**
     * The ordinal through which the log has this database's changes; -1: none of them; null: the
     * log does not tell. The last one in the log must be one of ours: a log that was written from
     * another database says nothing about this one.
     */
    @Nullable Long ordinalInLog(PolicyLog.Tail tail) {
        PolicyChange last = tail.last();
        if (last == null) {
            // Where retention emptied the topic, the outbox alone is what is missing.
            return tail.expired() ? null : -1L;
        }
        boolean ours =
                changes.findById(last.ordinal())
                        .map(change -> change.hash().equals(last.hash()))
                        .orElse(false);
        if (!ours && changes.findById(last.ordinal()).isPresent()) {
            LOG.warn(
                    "the log's change {} is not this database's; was it restored from a copy?",
                    last.ordinal());
        }
        return ours ? last.ordinal() : null;
    }

    /** Ordinal of the first change that waits; past the last one when none does. */
    long firstWaiting() {
        List<OutboxEntry> first = outbox.findByOrderByOrdinal(Limit.of(1));
        return first.isEmpty() ? Long.MAX_VALUE : first.getFirst().ordinal();
    }

    List<PolicyChange> changesFrom(long ordinal, int limit) {
        return changes
                .findByOrdinalGreaterThanEqualOrderByOrdinal(ordinal, Limit.of(limit))
                .stream()
                .map(StoredChange::change)
                .toList();
    }

    List<PolicyChange> changesOf(List<OutboxEntry> entries) {
        return changes
                .findByOrdinalInOrderByOrdinal(entries.stream().map(OutboxEntry::ordinal).toList())
                .stream()
                .map(StoredChange::change)
                .toList();
    }

    Map<String, PolicyRecord> subjects() {
        Map<String, PolicyRecord> all = new HashMap<>();
        subjects.findAll().forEach(row -> all.put(row.subject(), row.record()));
        return all;
    }
}

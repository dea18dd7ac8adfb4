package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Writes changes of the policy: row, link of the chain and outbox together. Called in a transaction
 * that holds the head of the chain.
 */
@Component
@ConditionalOnDatabase
class ChangeWriter {

    private final Subjects subjects;
    private final Changes changes;
    private final Outbox outbox;
    private final Clock clock;

    ChangeWriter(Subjects subjects, Changes changes, Outbox outbox, Clock clock) {
        this.subjects = subjects;
        this.changes = changes;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Makes the subjects what is wanted of them; null is gone. What stands so already is no change.
     */
    List<PolicyChange> write(
            ChainHead head, String actor, Map<String, @Nullable PolicyRecord> wanted) {
        return write(head, actor, wanted, null);
    }

    /** The same for subjects that came to be at {@code createdAt}, null: now. */
    List<PolicyChange> write(
            ChainHead head,
            String actor,
            Map<String, @Nullable PolicyRecord> wanted,
            @Nullable Instant createdAt) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<PolicyChange> made = new ArrayList<>();
        withWhatGoesAlong(wanted)
                .forEach((subject, after) -> {
                    StoredSubject row = subjects.findById(subject).orElse(null);
                    PolicyRecord before = row == null ? null : row.record();
                    if (Objects.equals(before, after)) {
                        return;
                    }
                    Long last = changes.lastVersion(subject);
                    long version = last == null ? 1 : last + 1;
                    PolicyChange change = link(head, actor, subject, before, after, now);
                    changes.save(new StoredChange(change, version));
                    outbox.save(new OutboxEntry(change.ordinal(), subject, after));
                    head.after(change);
                    if (after != null) {
                        StoredSubject standing =
                                row == null
                                        ? new StoredSubject(
                                                after, createdAt == null ? now : createdAt)
                                        : row;
                        standing.replace(after, version, now, actor);
                        subjects.save(standing);
                    } else if (row != null) {
                        subjects.delete(row);
                    }
                    made.add(change);
                });
        return made;
    }

    /** A server that is gone takes its accepted tools with it: another of its name begins anew. */
    private SortedMap<String, @Nullable PolicyRecord> withWhatGoesAlong(
            Map<String, @Nullable PolicyRecord> wanted) {
        SortedMap<String, @Nullable PolicyRecord> all = new TreeMap<>(wanted);
        wanted.forEach((subject, record) -> {
            if (record == null && subject.startsWith(SubjectKind.MCP_SERVER.key() + "/")) {
                all.put(SubjectKind.ACCEPTED_TOOLS.subject(SubjectKind.nameIn(subject)), null);
            }
        });
        return all;
    }

    private static PolicyChange link(
            ChainHead head,
            String actor,
            String subject,
            @Nullable PolicyRecord before,
            @Nullable PolicyRecord after,
            Instant now) {
        String action = before == null ? "create" : after == null ? "delete" : "update";
        PolicyChange open =
                new PolicyChange(
                        head.nextOrdinal(),
                        UUID.randomUUID().toString(),
                        actor,
                        action,
                        subject,
                        tree(before),
                        tree(after),
                        now,
                        head.lastHash(),
                        "");
        String hash = ConversationChain.hash(Json.mapper().valueToTree(open));
        return new PolicyChange(
                open.ordinal(),
                open.changeId(),
                open.actor(),
                open.action(),
                open.subject(),
                open.before(),
                open.after(),
                open.at(),
                open.prevHash(),
                hash);
    }

    private static @Nullable JsonNode tree(@Nullable PolicyRecord record) {
        return record == null ? null : Json.mapper().valueToTree(record);
    }
}

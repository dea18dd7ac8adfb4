package dev.parley.orchestrator.policy;

import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.record.PolicyRecord;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a file changes of the policy that stands: only what differs is published, so that a restart
 * publishes nothing. Blocks, and accepted tools of the file's servers, stay: they are made at run
 * time.
 */
final class PolicyPublication {

    private PolicyPublication() {}

    /** By subject, sorted; null is a tombstone. */
    static Map<String, @Nullable PolicyRecord> changes(PolicyFile file, Policy standing) {
        Map<String, @Nullable PolicyRecord> changes = new TreeMap<>();
        for (PolicyRecord record : file.records()) {
            PolicyRecord known = standing.subjects().get(record.subject());
            if (known == null || (file.authoritative() && !known.equals(record))) {
                changes.put(record.subject(), record);
            }
        }
        if (file.authoritative()) {
            Policy wanted = Policy.of(file.records());
            standing.subjects()
                    .forEach((subject, record) -> {
                        if (!isMadeAtRunTime(record, wanted)
                                && !wanted.subjects().containsKey(subject)) {
                            changes.put(subject, null);
                        }
                    });
        }
        return changes;
    }

    private static boolean isMadeAtRunTime(PolicyRecord record, Policy wanted) {
        return record instanceof PolicyRecord.Block
                || (record instanceof PolicyRecord.AcceptedTools accepted
                        && wanted.subjects().containsKey("mcp-server/" + accepted.server()));
    }
}

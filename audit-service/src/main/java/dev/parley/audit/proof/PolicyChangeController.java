package dev.parley.audit.proof;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Who changed what in the policy, newest first, and whether that chain holds. */
@RestController
@RequestMapping("/api/audit/policy-changes")
final class PolicyChangeController {

    private static final int CHANGES_PER_READ = 1_000;

    /** A change as the log has it, and the hash by which the next one names it. */
    private record Row(long ordinal, String json, String hash) {}

    /** What checking the chain found. */
    record Verdict(
            boolean ok,
            long links,
            String headHash,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Broken firstBroken) {}

    /** {@code reason} as for a conversation's chain. */
    record Broken(long ordinal, String reason) {}

    private final JdbcClient database;
    private final ReadJournal journal;

    PolicyChangeController(JdbcClient database, ReadJournal journal) {
        this.database = database;
        this.journal = journal;
    }

    @GetMapping
    Page<JsonNode> list(
            Reader caller,
            @RequestParam Map<String, String> parameters,
            @RequestParam(defaultValue = "50") int limit) {
        admit(caller, "policy-changes", parameters);
        Parameters.limit(limit);
        Conditions conditions =
                new Conditions()
                        .and("subject = ?", Parameters.filter("subject", parameters.get("subject")))
                        .and("actor = ?", Parameters.filter("actor", parameters.get("actor")))
                        .and("at >= ?", Parameters.time("from", parameters.get("from")))
                        .and("at < ?", Parameters.time("to", parameters.get("to")))
                        .and("ordinal < ?", ordinal(parameters.get("after")));
        List<Row> rows =
                database.sql(
                                "SELECT ordinal, record, hash FROM policy_changes WHERE "
                                        + conditions.sql()
                                        + " ORDER BY ordinal DESC, change_id DESC LIMIT ?")
                        .params(conditions.values())
                        .param(limit + 1)
                        .query((row, n) ->
                                new Row(row.getLong(1), row.getString(2), row.getString(3)))
                        .list();
        boolean more = rows.size() > limit;
        List<Row> shown = more ? rows.subList(0, limit) : rows;
        return new Page<>(
                shown.stream()
                        .map(row -> Json.tree(row.json().getBytes(StandardCharsets.UTF_8)))
                        .toList(),
                more ? Long.toString(shown.getLast().ordinal()) : null);
    }

    @GetMapping("/verify")
    Verdict verify(Reader caller) {
        admit(caller, "policy-changes/verify", Map.of());
        PolicyWalk walk = new PolicyWalk();
        List<Row> piece;
        long next = 0;
        do {
            piece =
                    database.sql(
                                    "SELECT ordinal, record, hash FROM policy_changes"
                                            + " WHERE ordinal >= ? ORDER BY ordinal, change_id"
                                            + " LIMIT ?")
                            .param(next)
                            .param(CHANGES_PER_READ)
                            .query((row, n) ->
                                    new Row(row.getLong(1), row.getString(2), row.getString(3)))
                            .list();
            for (Row row : piece) {
                String reason = walk.accept(row.json(), row.hash());
                if (reason != null) {
                    return new Verdict(
                            false,
                            walk.nextOrdinal(),
                            walk.lastHash(),
                            new Broken(walk.nextOrdinal(), reason));
                }
            }
            next = walk.nextOrdinal();
        } while (piece.size() == CHANGES_PER_READ);
        return new Verdict(true, walk.nextOrdinal(), walk.lastHash(), null);
    }

    private static @Nullable Long ordinal(@Nullable String after) {
        if (after == null || after.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(after);
        } catch (NumberFormatException e) {
            throw Parameters.bad("after is not a cursor of this list.");
        }
    }

    private void admit(Reader caller, String call, Map<String, String> filters) {
        if (!caller.inspectsAll()) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for auditors.");
        }
        journal.record(caller, call, null, new TreeMap<>(filters));
    }
}

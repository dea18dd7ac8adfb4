package dev.parley.audit.keeping;

import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.JsonBody;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Erasures, legal holds and retention, for auditors of all teams. */
@RestController
@RequestMapping("/api/audit")
final class KeepingController {

    private static final List<String> HOLD_KINDS = List.of("user", "conversation_id", "team");
    private static final Set<String> RULE_KINDS = Set.of("roles", "teams");
    private static final int DAYS_MAX = 36_500;

    private final Erasures erasures;
    private final LegalHolds holds;
    private final RetentionRules rules;
    private final KeepingActs acts;
    private final ReadJournal journal;

    KeepingController(
            Erasures erasures,
            LegalHolds holds,
            RetentionRules rules,
            KeepingActs acts,
            ReadJournal journal) {
        this.erasures = erasures;
        this.holds = holds;
        this.rules = rules;
        this.acts = acts;
        this.journal = journal;
    }

    @PostMapping("/erasures")
    ResponseEntity<Erasures.Erasure> erase(Reader caller, @RequestBody byte[] body) {
        Inspectors.admitToAll(caller);
        String user = JsonBody.of(body, Set.of("user")).required("user");
        Erasures.Erasure requested = erasures.request(user, caller.userId());
        erasures.publish(requested);
        return ResponseEntity.status(HttpStatus.CREATED).body(erasures.find(requested.erasureId()));
    }

    @GetMapping("/erasures")
    Page<Erasures.Erasure> erasures(Reader caller, @RequestParam Map<String, String> parameters) {
        read(caller, "erasures", parameters);
        return erasures.list(
                Parameters.filter("user", parameters.get("user")),
                Cursor.decoded(parameters.get("after")),
                Parameters.limit(parameters));
    }

    @GetMapping("/erasures/{id}")
    Erasures.Erasure erasure(Reader caller, @PathVariable String id) {
        read(caller, "erasures", Map.of());
        return erasures.find(Parameters.uuid("id", id));
    }

    @PostMapping("/legal-holds")
    ResponseEntity<LegalHolds.Hold> hold(Reader caller, @RequestBody byte[] body) {
        Inspectors.admitToAll(caller);
        JsonBody json = JsonBody.of(body, Set.of("user", "conversation_id", "team", "reason"));
        List<String> kinds = HOLD_KINDS.stream().filter(kind -> json.text(kind) != null).toList();
        if (kinds.size() != 1) {
            throw Parameters.bad("A hold is on one of user, conversation_id and team.");
        }
        String kind = kinds.getFirst();
        LegalHolds.Hold placed =
                holds.place(kind, json.required(kind), json.required("reason"), caller.userId());
        return ResponseEntity.status(HttpStatus.CREATED).body(placed);
    }

    @GetMapping("/legal-holds")
    Page<LegalHolds.Hold> holds(Reader caller, @RequestParam Map<String, String> parameters) {
        read(caller, "legal-holds", parameters);
        return holds.list(Cursor.decoded(parameters.get("after")), Parameters.limit(parameters));
    }

    @DeleteMapping("/legal-holds/{id}")
    ResponseEntity<Void> release(Reader caller, @PathVariable String id) {
        Inspectors.admitToAll(caller);
        if (!holds.release(Parameters.uuid("id", id), caller.userId())) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "No such hold stands.");
        }
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/retention")
    Page<RetentionRules.Rule> retention(Reader caller) {
        read(caller, "retention", Map.of());
        return new Page<>(rules.list(), null);
    }

    @PutMapping("/retention/{kind}/{name}")
    RetentionRules.Rule keep(
            Reader caller,
            @PathVariable String kind,
            @PathVariable String name,
            @RequestBody byte[] body) {
        Inspectors.admitToAll(caller);
        var days = JsonBody.of(body, Set.of("days")).json().path("days");
        if (!days.isInt() || days.intValue() < 1 || days.intValue() > DAYS_MAX) {
            throw Parameters.bad("days must be in 1.." + DAYS_MAX + ".");
        }
        return rules.set(kindOf(kind), nameOf(name), days.intValue(), caller.userId());
    }

    @DeleteMapping("/retention/{kind}/{name}")
    ResponseEntity<Void> keepForEver(
            Reader caller, @PathVariable String kind, @PathVariable String name) {
        Inspectors.admitToAll(caller);
        if (!rules.remove(kindOf(kind), nameOf(name), caller.userId())) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no such rule.");
        }
        return ResponseEntity.noContent().build();
    }

    /** Every act of erasure, hold and retention, those of the retention's own runs too. */
    @GetMapping("/keeping-acts")
    Page<KeepingActs.Act> acts(Reader caller, @RequestParam Map<String, String> parameters) {
        read(caller, "keeping-acts", parameters);
        return acts.list(Cursor.decoded(parameters.get("after")), Parameters.limit(parameters));
    }

    private void read(Reader caller, String call, Map<String, String> parameters) {
        Inspectors.admitToAll(caller);
        journal.record(caller, call, null, new TreeMap<>(parameters));
    }

    private static String kindOf(String kind) {
        if (!RULE_KINDS.contains(kind)) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "Rules are for roles and teams.");
        }
        return kind;
    }

    private static String nameOf(@Nullable String name) {
        String checked = Parameters.filter("name", name);
        if (checked == null) {
            throw Parameters.bad("name is missing.");
        }
        return checked;
    }
}

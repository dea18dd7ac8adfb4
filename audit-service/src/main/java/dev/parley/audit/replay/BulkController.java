package dev.parley.audit.replay;

import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.inspection.ConversationSelection;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.replay.BulkReruns.Bulk;
import dev.parley.audit.replay.BulkReruns.Item;
import dev.parley.audit.vault.MasterKey;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.vault.PersonCipher;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Bulk reruns, for inspectors alone. */
@RestController
@RequestMapping("/api/audit/reruns")
final class BulkController {

    private static final String KEY_ID = "rerun-filters";
    private static final String PAGE = "200";
    private static final int ITEMS_SHOWN = 200;

    private final BulkReruns bulks;
    private final ConversationSelection selection;
    private final RowSecurity rows;
    private final ReplaySettings settings;
    private final ReadJournal journal;
    private final byte[] key;
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());

    BulkController(
            BulkReruns bulks,
            ConversationSelection selection,
            RowSecurity rows,
            ReplaySettings settings,
            ReadJournal journal,
            MasterKey masterKey) {
        this.bulks = bulks;
        this.selection = selection;
        this.rows = rows;
        this.settings = settings;
        this.journal = journal;
        this.key = masterKey.derive(KEY_ID);
    }

    /** Either or both; the first that is spent ends it. */
    record Budget(@Nullable Long tokens, @Nullable BigDecimal cost) {}

    /** What a client asks for: the filters of the audit lists, by name. */
    record Order(
            @Nullable Map<String, Object> filter,
            @Nullable String model,
            @Nullable Budget budget) {}

    /** What a client says to it. */
    record Word(@Nullable String action) {}

    /** How it stands; {@code items} are the first of its conversations. */
    record View(
            String rerunId,
            String state,
            @Nullable String model,
            long total,
            long begun,
            long done,
            long failed,
            @Nullable Budget budget,
            Budget spent,
            String requestedBy,
            Instant requestedAt,
            List<Item> items) {

        static View of(Bulk bulk, List<Item> items) {
            return new View(
                    bulk.id(),
                    bulk.state(),
                    bulk.model(),
                    bulk.total(),
                    bulk.begun(),
                    bulk.over(),
                    bulk.failed(),
                    bulk.budgetTokens() == null && bulk.budgetCost() == null
                            ? null
                            : new Budget(bulk.budgetTokens(), bulk.budgetCost()),
                    new Budget(bulk.tokens(), bulk.cost()),
                    bulk.requestedBy(),
                    bulk.requestedAt(),
                    items);
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    View make(Reader caller, @RequestBody Order order) {
        Map<String, String> filter = new HashMap<>();
        if (order.filter() != null) {
            order.filter().forEach((name, value) -> filter.put(name, String.valueOf(value)));
        }
        admit(caller, "reruns/make", null, filter);
        selection.check(filter);
        Budget budget = order.budget() == null ? new Budget(null, null) : order.budget();
        if (budget.tokens() != null && budget.tokens() < 0
                || budget.cost() != null && budget.cost().signum() < 0) {
            throw Parameters.bad("a budget must not be negative.");
        }
        List<String> conversations =
                bulks.recorded(rows.inspecting(caller, () -> selected(filter)));
        Bulk bulk =
                new Bulk(
                        UUID.randomUUID().toString(),
                        "running",
                        order.model(),
                        budget.tokens(),
                        budget.cost(),
                        caller.userId(),
                        caller.role(),
                        Instant.now().truncatedTo(ChronoUnit.MICROS),
                        0,
                        0,
                        0,
                        0,
                        0,
                        BigDecimal.ZERO);
        String sealed = cipher.seal(key, KEY_ID, KEY_ID, Json.writeText(filter)).sealed();
        bulks.insert(bulk, sealed, conversations);
        return view(bulk.id());
    }

    @GetMapping("/{id}")
    View one(Reader caller, @PathVariable String id) {
        admit(caller, "reruns/one", id, Map.of());
        return view(Parameters.uuid("id", id));
    }

    @PostMapping("/{id}/control")
    View control(Reader caller, @PathVariable String id, @RequestBody Word word) {
        admit(caller, "reruns/control", id, Map.of());
        String bulk = Parameters.uuid("id", id);
        view(bulk);
        switch (word.action() == null ? "" : word.action()) {
            case "pause" -> bulks.control(bulk, "running", "paused");
            case "resume" -> bulks.control(bulk, "paused", "running");
            case "cancel" -> bulks.cancel(bulk);
            default -> throw Parameters.bad("action must be pause, resume or cancel.");
        }
        return view(bulk);
    }

    /** Newest first, at most as many as one bulk may have. */
    private List<String> selected(Map<String, String> filter) {
        List<String> conversations = new ArrayList<>();
        Map<String, String> asked = new HashMap<>(filter);
        asked.put("limit", PAGE);
        String after = null;
        do {
            if (after != null) {
                asked.put("after", after);
            }
            Page<ConversationSummary> page = selection.page(asked);
            page.items().forEach(item -> conversations.add(item.id()));
            after = page.next();
        } while (after != null && conversations.size() < settings.conversationsMax());
        return conversations.subList(
                0, Math.min(conversations.size(), settings.conversationsMax()));
    }

    private View view(String id) {
        return bulks.find(id)
                .map(bulk -> View.of(bulk, bulks.items(id, ITEMS_SHOWN)))
                .orElseThrow(
                        () -> new ProblemException(ErrorCode.NOT_FOUND, "There is no such rerun."));
    }

    private void admit(
            Reader caller, String call, @Nullable String target, Map<String, String> filters) {
        Inspectors.admitToAll(caller);
        journal.record(caller, call, target, filters);
    }
}

package dev.parley.audit.inspection;

import dev.parley.audit.history.ConversationReader;
import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.history.ConversationView;
import dev.parley.audit.history.FlowView;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The record across users, for inspectors alone. Each call is written down before it is answered.
 */
@RestController
@RequestMapping("/api/audit")
final class AuditController {

    private final ConversationQueries conversations;
    private final MessageQueries messages;
    private final UsageQueries usage;
    private final ConversationReader reader;
    private final ChainCheck chains;
    private final ReadJournal journal;
    private final RowSecurity rows;

    AuditController(
            ConversationQueries conversations,
            MessageQueries messages,
            UsageQueries usage,
            ConversationReader reader,
            ChainCheck chains,
            ReadJournal journal,
            RowSecurity rows) {
        this.rows = rows;
        this.conversations = conversations;
        this.messages = messages;
        this.usage = usage;
        this.reader = reader;
        this.chains = chains;
        this.journal = journal;
    }

    @GetMapping("/conversations")
    Page<ConversationSummary> conversations(
            Reader caller, @RequestParam Map<String, String> parameters) {
        AuditFilter filter = admitted(caller, "conversations", null, parameters);
        return rows.inspecting(caller, () -> conversations.list(filter));
    }

    @GetMapping("/messages")
    Page<AuditedMessage> messages(Reader caller, @RequestParam Map<String, String> parameters) {
        AuditFilter filter = admitted(caller, "messages", null, parameters);
        return rows.inspecting(caller, () -> messages.messages(filter));
    }

    /** Of admitted messages; of refused ones with {@code status=refused}. */
    @GetMapping("/flows")
    Page<FlowView> flows(Reader caller, @RequestParam Map<String, String> parameters) {
        AuditFilter filter = admitted(caller, "flows", null, parameters);
        return rows.inspecting(
                caller,
                () -> {
                    if ("refused".equals(filter.status())) {
                        Page<AuditedRefusal> refused = messages.refusals(filter);
                        return conversations.flows(
                                refused.items().stream().map(AuditedRefusal::messageId).toList(),
                                refused.next());
                    }
                    Page<AuditedMessage> admitted = messages.messages(filter);
                    return conversations.flows(
                            admitted.items().stream().map(AuditedMessage::messageId).toList(),
                            admitted.next());
                });
    }

    @GetMapping("/refusals")
    Page<AuditedRefusal> refusals(Reader caller, @RequestParam Map<String, String> parameters) {
        AuditFilter filter = admitted(caller, "refusals", null, parameters);
        return rows.inspecting(caller, () -> messages.refusals(filter));
    }

    /** {@code group_by} is the older name of {@code by}. */
    @GetMapping("/usage")
    Page<UsageLine> usage(Reader caller, @RequestParam Map<String, String> parameters) {
        Map<String, String> filters = new HashMap<>(parameters);
        String after = filters.remove("after");
        String by = parameters.getOrDefault("by", parameters.getOrDefault("group_by", "user"));
        AuditFilter filter = admitted(caller, "usage", null, filters);
        UsageGrouping grouping = UsageGrouping.of(by);
        return rows.inspecting(caller, () -> usage.usage(filter, grouping, after));
    }

    @GetMapping("/conversations/{id}")
    ConversationView conversation(Reader caller, @PathVariable String id) {
        String conversation = Parameters.uuid("id", id);
        admitted(caller, "conversations/one", conversation, Map.of());
        return rows.inspecting(caller, () -> reader.find(conversation, null))
                .orElseThrow(AuditController::absent);
    }

    @GetMapping("/conversations/{id}/verify")
    ChainCheck.Verdict verify(Reader caller, @PathVariable String id) {
        String conversation = Parameters.uuid("id", id);
        admitted(caller, "conversations/verify", conversation, Map.of());
        return rows.inspecting(caller, () -> chains.verify(conversation))
                .orElseThrow(AuditController::absent);
    }

    private AuditFilter admitted(
            Reader caller, String call, @Nullable String target, Map<String, String> parameters) {
        Inspectors.admit(caller);
        AuditFilter filter = AuditFilter.of(parameters);
        journal.record(caller, call, target, AuditFilter.written(parameters));
        return filter;
    }

    private static ProblemException absent() {
        return new ProblemException(ErrorCode.NOT_FOUND, "There is no such conversation.");
    }
}

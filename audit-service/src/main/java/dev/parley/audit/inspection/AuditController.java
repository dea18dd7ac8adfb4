package dev.parley.audit.inspection;

import dev.parley.audit.history.ConversationReader;
import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.history.ConversationView;
import dev.parley.audit.history.FlowView;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
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

    AuditController(
            ConversationQueries conversations,
            MessageQueries messages,
            UsageQueries usage,
            ConversationReader reader,
            ChainCheck chains,
            ReadJournal journal) {
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
        return conversations.list(admitted(caller, "conversations", null, parameters));
    }

    @GetMapping("/messages")
    Page<AuditedMessage> messages(Reader caller, @RequestParam Map<String, String> parameters) {
        return messages.messages(admitted(caller, "messages", null, parameters));
    }

    @GetMapping("/flows")
    Page<FlowView> flows(Reader caller, @RequestParam Map<String, String> parameters) {
        AuditFilter filter = admitted(caller, "flows", null, parameters);
        return conversations.flows(messages.messages(filter));
    }

    @GetMapping("/refusals")
    Page<AuditedRefusal> refusals(Reader caller, @RequestParam Map<String, String> parameters) {
        return messages.refusals(admitted(caller, "refusals", null, parameters));
    }

    @GetMapping("/usage")
    Page<UsageQueries.Line> usage(
            Reader caller,
            @RequestParam Map<String, String> parameters,
            @RequestParam(name = "group_by", defaultValue = "user") String groupBy) {
        Map<String, String> filters = new java.util.HashMap<>(parameters);
        String after = filters.remove("after");
        return usage.usage(admitted(caller, "usage", null, filters), groupBy, after);
    }

    @GetMapping("/conversations/{id}")
    ConversationView conversation(Reader caller, @PathVariable String id) {
        String conversation = Parameters.uuid("id", id);
        admitted(caller, "conversations/one", conversation, Map.of());
        return reader.find(conversation, null).orElseThrow(AuditController::absent);
    }

    @GetMapping("/conversations/{id}/verify")
    ChainCheck.Verdict verify(Reader caller, @PathVariable String id) {
        String conversation = Parameters.uuid("id", id);
        admitted(caller, "conversations/verify", conversation, Map.of());
        return chains.verify(conversation).orElseThrow(AuditController::absent);
    }

    private AuditFilter admitted(
            Reader caller, String call, @Nullable String target, Map<String, String> parameters) {
        if (!caller.inspects()) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for auditors.");
        }
        AuditFilter filter = AuditFilter.of(parameters);
        journal.record(caller, call, target, AuditFilter.written(parameters));
        return filter;
    }

    private static ProblemException absent() {
        return new ProblemException(ErrorCode.NOT_FOUND, "There is no such conversation.");
    }
}

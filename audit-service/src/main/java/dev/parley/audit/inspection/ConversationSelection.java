package dev.parley.audit.inspection;

import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Conversations that a filter of the audit lists selects, for parts that work through them. */
@Component
public class ConversationSelection {

    private static final Set<String> NAMES =
            Set.of(
                    "user",
                    "team",
                    "role",
                    "model",
                    "tool",
                    "status",
                    "code",
                    "from",
                    "to",
                    "query",
                    "min_latency_ms",
                    "min_first_token_ms");

    private final ConversationQueries queries;

    ConversationSelection(ConversationQueries queries) {
        this.queries = queries;
    }

    /** Refuses a filter that {@link #page} would not take. */
    public void check(Map<String, String> filter) {
        for (String name : filter.keySet()) {
            if (!NAMES.contains(name)) {
                throw Parameters.bad("There is no filter " + name + ".");
            }
        }
        AuditFilter.of(filter);
    }

    /**
     * Newest first; {@code after} and {@code limit} page. To be called within the reader's rows.
     */
    public Page<ConversationSummary> page(Map<String, String> filter) {
        return queries.list(AuditFilter.of(filter));
    }
}

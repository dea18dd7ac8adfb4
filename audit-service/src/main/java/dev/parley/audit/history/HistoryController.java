package dev.parley.audit.history;

import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A user's own conversations. Another's answers as an absent one does. */
@RestController
@RequestMapping("/api/conversations")
final class HistoryController {

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final ConversationList list;
    private final ConversationReader reader;
    private final LabelChanges labels;
    private final RowSecurity rows;

    HistoryController(
            ConversationList list,
            ConversationReader reader,
            LabelChanges labels,
            RowSecurity rows) {
        this.rows = rows;
        this.list = list;
        this.reader = reader;
        this.labels = labels;
    }

    @GetMapping
    Page<ConversationSummary> list(
            Reader caller,
            @RequestParam(required = false) @Nullable String query,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable Boolean archived,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit) {
        ConversationFilter filter = ConversationFilter.of(query, from, to, archived, after, limit);
        return rows.own(caller, () -> list.own(caller.userId(), filter));
    }

    @GetMapping("/{id}")
    ConversationView one(Reader caller, @PathVariable String id) {
        return shown(caller, Parameters.uuid("id", id));
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MERGE_PATCH})
    ConversationView change(Reader caller, @PathVariable String id, InputStream body)
            throws IOException {
        String conversation = Parameters.uuid("id", id);
        labels.apply(conversation, caller.userId(), labels.read(body));
        return shown(caller, conversation);
    }

    private ConversationView shown(Reader caller, String id) {
        return rows.own(caller, () -> reader.find(id, caller.userId()))
                .orElseThrow(HistoryController::absent);
    }

    static ProblemException absent() {
        return new ProblemException(ErrorCode.NOT_FOUND, "There is no such conversation.");
    }
}

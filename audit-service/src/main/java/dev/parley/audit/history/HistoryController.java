package dev.parley.audit.history;

import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
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

    HistoryController(ConversationList list, ConversationReader reader, LabelChanges labels) {
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
        return list.own(
                caller.userId(), ConversationFilter.of(query, from, to, archived, after, limit));
    }

    @GetMapping("/{id}")
    ConversationView one(Reader caller, @PathVariable String id) {
        return reader.find(Parameters.uuid("id", id), caller.userId())
                .orElseThrow(HistoryController::absent);
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MERGE_PATCH})
    ConversationView change(Reader caller, @PathVariable String id, InputStream body)
            throws IOException {
        String conversation = Parameters.uuid("id", id);
        labels.apply(conversation, caller.userId(), labels.read(body));
        return reader.find(conversation, caller.userId()).orElseThrow(HistoryController::absent);
    }

    static ProblemException absent() {
        return new ProblemException(ErrorCode.NOT_FOUND, "There is no such conversation.");
    }
}

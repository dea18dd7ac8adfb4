package dev.parley.audit.imports;

import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.schemas.record.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Takes files of conversations: everybody's own, and by auditors of all teams for a user. */
@RestController
final class ImportController {

    private final Imports imports;
    private final ReadJournal journal;

    ImportController(Imports imports, ReadJournal journal) {
        this.imports = imports;
        this.journal = journal;
    }

    @PostMapping("/api/conversations/import")
    ResponseEntity<Imports.Outcome> own(Reader caller, InputStream body) throws IOException {
        return taken(body, caller.userId(), caller);
    }

    @PostMapping("/api/audit/imports")
    ResponseEntity<Imports.Outcome> forUser(
            Reader caller, @RequestParam String user, InputStream body) throws IOException {
        Inspectors.admitToAll(caller);
        String owner = Parameters.filter("user", user);
        if (owner == null) {
            throw Parameters.bad("user is missing.");
        }
        journal.record(caller, "imports", null, Map.of("user", owner));
        return taken(body, owner, caller);
    }

    private ResponseEntity<Imports.Outcome> taken(InputStream body, String userId, Reader caller)
            throws IOException {
        Caller by = new Caller(caller.userId(), null, null, caller.role(), caller.team());
        return ResponseEntity.status(HttpStatus.CREATED).body(imports.take(body, userId, by));
    }
}

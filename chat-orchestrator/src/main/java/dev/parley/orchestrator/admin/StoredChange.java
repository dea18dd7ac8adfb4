package dev.parley.orchestrator.admin;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyChange;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A link of the chain of changes. */
@Entity
@Table(name = "changes")
@SuppressWarnings({"NullAway.Init", "unused"})
class StoredChange {

    @Id private long ordinal;

    private String subject;
    private long version;
    private Instant at;
    private String hash;
    private String record;

    protected StoredChange() {}

    StoredChange(PolicyChange change, long version) {
        this.ordinal = change.ordinal();
        this.subject = change.subject();
        this.version = version;
        this.at = change.at();
        this.hash = change.hash();
        this.record = Json.writeText(change);
    }

    long ordinal() {
        return ordinal;
    }

    String hash() {
        return hash;
    }

    PolicyChange change() {
        return Json.read(record.getBytes(StandardCharsets.UTF_8), PolicyChange.class);
    }
}

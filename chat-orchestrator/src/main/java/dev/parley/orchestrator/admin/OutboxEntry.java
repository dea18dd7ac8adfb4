package dev.parley.orchestrator.admin;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A change that is not known to be in the log yet. */
@Entity
@Table(name = "outbox")
@SuppressWarnings("NullAway.Init")
class OutboxEntry {

    @Id private long ordinal;

    private String subject;
    private @Nullable String value;

    protected OutboxEntry() {}

    OutboxEntry(long ordinal, String subject, @Nullable PolicyRecord record) {
        this.ordinal = ordinal;
        this.subject = subject;
        this.value = record == null ? null : Json.writeText(record);
    }

    long ordinal() {
        return ordinal;
    }

    String subject() {
        return subject;
    }

    /** Null where the subject is gone. */
    @Nullable PolicyRecord record() {
        return value == null
                ? null
                : Json.read(value.getBytes(StandardCharsets.UTF_8), PolicyRecord.class);
    }
}

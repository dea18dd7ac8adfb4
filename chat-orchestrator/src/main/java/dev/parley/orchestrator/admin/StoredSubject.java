package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One subject of the policy as it stands. */
@Entity
@Table(name = "subjects")
@SuppressWarnings("NullAway.Init")
class StoredSubject {

    @Id private String subject;

    private String kind;
    private String name;
    private @Nullable String role;
    private String body;
    private long version;
    private Instant createdAt;
    private Instant updatedAt;
    private String updatedBy;

    protected StoredSubject() {}

    StoredSubject(PolicyRecord record, Instant createdAt) {
        this.subject = record.subject();
        this.kind = SubjectKind.ofSubject(subject).orElseThrow().key();
        this.name = SubjectKind.nameIn(subject);
        this.createdAt = createdAt;
    }

    void replace(PolicyRecord record, long newVersion, Instant at, String by) {
        role = record instanceof PolicyRecord.User user ? user.role() : null;
        body = Json.writeText(record);
        version = newVersion;
        updatedAt = at;
        updatedBy = by;
    }

    String subject() {
        return subject;
    }

    String name() {
        return name;
    }

    @Nullable String role() {
        return role;
    }

    PolicyRecord record() {
        return Json.read(body.getBytes(StandardCharsets.UTF_8), PolicyRecord.class);
    }

    long version() {
        return version;
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant updatedAt() {
        return updatedAt;
    }

    String updatedBy() {
        return updatedBy;
    }
}

package dev.parley.audit.store;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** That somebody read the record, and what was asked, sealed. */
@Entity
@Table(name = "audit_reads")
@SuppressWarnings({"NullAway.Init", "unused"})
public class AuditRead {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private Instant at;
    private String reader;
    private String role;
    private String call;
    private @Nullable String target;
    private String filtersSealed;

    protected AuditRead() {}

    public AuditRead(
            Instant at,
            String reader,
            String role,
            String call,
            @Nullable String target,
            String filtersSealed) {
        this.at = at;
        this.reader = reader;
        this.role = role;
        this.call = call;
        this.target = target;
        this.filtersSealed = filtersSealed;
    }
}

package dev.parley.audit.store;

import org.springframework.data.repository.Repository;

/** Writes who read what. */
public interface AuditReads extends Repository<AuditRead, Long> {

    AuditRead save(AuditRead read);
}

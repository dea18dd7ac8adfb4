package dev.parley.orchestrator.admin;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The chain of changes. */
interface Changes extends Repository<StoredChange, Long> {

    StoredChange save(StoredChange change);

    Optional<StoredChange> findById(Long ordinal);

    List<StoredChange> findByOrdinalInOrderByOrdinal(List<Long> ordinals);

    List<StoredChange> findByOrdinalGreaterThanEqualOrderByOrdinal(long ordinal, Limit limit);

    /** The version of the subject's last change, that of its deletion included. */
    @Query("select max(c.version) from StoredChange c where c.subject = :subject")
    @Nullable Long lastVersion(String subject);
}

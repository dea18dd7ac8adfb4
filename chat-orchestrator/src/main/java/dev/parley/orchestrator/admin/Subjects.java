package dev.parley.orchestrator.admin;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The subjects that stand. */
interface Subjects extends Repository<StoredSubject, String> {

    Optional<StoredSubject> findById(String subject);

    List<StoredSubject> findAll();

    List<StoredSubject> findAllById(Iterable<String> subjects);

    StoredSubject save(StoredSubject subject);

    void delete(StoredSubject subject);

    long count();

    boolean existsById(String subject);

    /** Users whose entry names the role. */
    List<StoredSubject> findByRole(String role, Limit limit);

    List<StoredSubject> findByKind(String kind);

    /**
     * Of some kinds in the order of subjects, after one of them.
     *
     * @param pattern of LIKE, lower case, with a backslash before what is meant literally
     */
    @Query(
            """
            select s from StoredSubject s
            where s.kind in :kinds and s.subject > :after
              and lower(s.name) like :pattern escape '\\'
            order by s.subject\
            """)
    List<StoredSubject> page(Collection<String> kinds, String after, String pattern, Limit limit);
}

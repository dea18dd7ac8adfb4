package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.policy.PolicyYaml;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The administered policy: read it, change it; each change is one transaction. */
@Component
@ConditionalOnDatabase
class PolicyBook {

    /** Kinds that a policy in a file owns; the others are made at run time. */
    private static final Set<SubjectKind> PRUNED =
            Set.of(
                    SubjectKind.ROLE,
                    SubjectKind.USER,
                    SubjectKind.TEAM,
                    SubjectKind.MCP_SERVER,
                    SubjectKind.MODEL);

    private final TransactionTemplate transactions;
    private final ChainHeads heads;
    private final Subjects subjects;
    private final ChangeWriter writer;
    private final Guard guard;
    private final RelaySignal relay;

    PolicyBook(
            TransactionTemplate transactions,
            ChainHeads heads,
            Subjects subjects,
            ChangeWriter writer,
            Guard guard,
            RelaySignal relay) {
        this.transactions = transactions;
        this.heads = heads;
        this.subjects = subjects;
        this.writer = writer;
        this.guard = guard;
        this.relay = relay;
    }

    /**
     * One more than {@code limit} in the order of subjects, if there are as many.
     *
     * @param query part of the name, taken literally whatever its case; null: all
     */
    List<StoredSubject> list(
            Collection<SubjectKind> kinds,
            @Nullable String after,
            @Nullable String query,
            int limit) {
        String literal =
                query == null
                        ? ""
                        : query.toLowerCase(Locale.ROOT)
                                .replace("\\", "\\\\")
                                .replace("%", "\\%")
                                .replace("_", "\\_");
        return subjects.page(
                kinds.stream().map(SubjectKind::key).toList(),
                after == null ? "" : after,
                "%" + literal + "%",
                Limit.of(limit + 1));
    }

    Optional<StoredSubject> find(SubjectKind kind, String name) {
        return subjects.findById(kind.subject(name));
    }

    /** The subject; {@code not_found} when it does not stand. */
    StoredSubject require(SubjectKind kind, String name) {
        return find(kind, name).orElseThrow(PolicyBook::notFound);
    }

    List<PolicyRecord> all() {
        return subjects.findAll().stream().map(StoredSubject::record).toList();
    }

    /**
     * Creates the subject, or replaces the version that the caller has seen.
     *
     * @return whether it is new
     */
    boolean put(Administrator by, PolicyRecord record, @Nullable Long seen) {
        return change(
                by,
                head -> {
                    StoredSubject row = subjects.findById(record.subject()).orElse(null);
                    if (row == null && seen != null && seen != 0) {
                        throw notFound();
                    }
                    if (row != null) {
                        checkVersion(row, seen, true);
                    }
                    write(head, by, only(record.subject(), record));
                    return row == null;
                });
    }

    /** Creates or replaces, whatever the version, unless one is given. */
    boolean putAnyVersion(Administrator by, PolicyRecord record, @Nullable Long seen) {
        return change(
                by,
                head -> {
                    StoredSubject row = subjects.findById(record.subject()).orElse(null);
                    if (row != null) {
                        checkVersion(row, seen, false);
                    }
                    write(head, by, only(record.subject(), record));
                    return row == null;
                });
    }

    /**
     * Changes what stands; {@code edit} sees the record of the version that the caller has seen.
     */
    void edit(
            Administrator by,
            SubjectKind kind,
            String name,
            @Nullable Long seen,
            UnaryOperator<PolicyRecord> edit) {
        change(
                by,
                head -> {
                    StoredSubject row =
                            subjects.findById(kind.subject(name)).orElseThrow(PolicyBook::notFound);
                    checkVersion(row, seen, true);
                    write(head, by, only(row.subject(), edit.apply(row.record())));
                    return true;
                });
    }

    /** Removes the subject; the version may be left out. */
    void delete(Administrator by, SubjectKind kind, String name, @Nullable Long seen) {
        change(
                by,
                head -> {
                    StoredSubject row =
                            subjects.findById(kind.subject(name)).orElseThrow(PolicyBook::notFound);
                    checkVersion(row, seen, false);
                    write(head, by, only(row.subject(), null));
                    return true;
                });
    }

    /** Pins the tool of the server to what it is now. */
    void accept(Administrator by, String server, String tool, String hash) {
        String subject = SubjectKind.ACCEPTED_TOOLS.subject(server);
        change(
                by,
                head -> {
                    Map<String, String> hashes = new TreeMap<>();
                    subjects.findById(subject)
                            .ifPresent(row ->
                                    hashes.putAll(
                                            ((PolicyRecord.AcceptedTools) row.record()).hashes()));
                    hashes.put(tool, hash);
                    write(head, by, only(subject, new PolicyRecord.AcceptedTools(server, hashes)));
                    return true;
                });
    }

    /**
     * Makes the policy what the document says. What it does not name stays, unless {@code prune}:
     * then only blocks and accepted tools stay, and these only if the document has no such section.
     */
    List<PolicyChange> apply(Administrator by, PolicyYaml document, boolean prune) {
        return change(by, head -> write(head, by, wanted(document, prune)));
    }

    /** What {@link #apply} would change; every rule is checked, nothing is kept. */
    List<PolicyChange> diff(Administrator by, PolicyYaml document, boolean prune) {
        List<PolicyChange> changes =
                transactions.execute(status -> {
                    ChainHead head = heads.lock();
                    guard.checkStillAdministers(by);
                    List<PolicyChange> all = write(head, by, wanted(document, prune));
                    status.setRollbackOnly();
                    return all;
                });
        return changes == null ? List.of() : changes;
    }

    private Map<String, @Nullable PolicyRecord> wanted(PolicyYaml document, boolean prune) {
        Map<String, @Nullable PolicyRecord> wanted = new TreeMap<>();
        document.records().forEach(record -> wanted.put(record.subject(), record));
        if (prune) {
            for (StoredSubject row : subjects.findAll()) {
                SubjectKind kind = SubjectKind.ofSubject(row.subject()).orElseThrow();
                if (PRUNED.contains(kind) || document.sections().contains(kind)) {
                    wanted.putIfAbsent(row.subject(), null);
                }
            }
        }
        return wanted;
    }

    private List<PolicyChange> write(
            ChainHead head, Administrator by, Map<String, @Nullable PolicyRecord> wanted) {
        List<PolicyChange> changes = writer.write(head, by.id(), wanted);
        guard.checkAfter(by, changes, wanted.size() > 1);
        return changes;
    }

    private <T> T change(Administrator by, java.util.function.Function<ChainHead, T> work) {
        T result =
                transactions.execute(status -> {
                    ChainHead head = heads.lock();
                    guard.checkStillAdministers(by);
                    return work.apply(head);
                });
        relay.changed();
        if (result == null) {
            throw new IllegalStateException("a change without a result");
        }
        return result;
    }

    private static void checkVersion(StoredSubject row, @Nullable Long seen, boolean needed) {
        if (seen == null ? needed : seen != row.version()) {
            throw ConflictException.stale(row.subject(), seen, row.version());
        }
    }

    private static Map<String, @Nullable PolicyRecord> only(
            String subject, @Nullable PolicyRecord record) {
        Map<String, @Nullable PolicyRecord> one = new HashMap<>();
        one.put(subject, record);
        return one;
    }

    static ProblemException notFound() {
        return new ProblemException(ErrorCode.NOT_FOUND, "There is nothing of this name.");
    }
}

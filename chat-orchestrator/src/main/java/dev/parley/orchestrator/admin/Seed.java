package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.PolicyFile;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The first policy of an empty database: the one in force, if the topic has any, so that neither a
 * move from a file to a database nor a lost database changes what anybody may do; else the policy
 * file.
 */
@Component
@ConditionalOnDatabase
class Seed {

    private static final Logger LOG = LoggerFactory.getLogger(Seed.class);

    private final PolicyFile file;
    private final Subjects subjects;
    private final ChangeWriter writer;

    Seed(PolicyFile file, Subjects subjects, ChangeWriter writer) {
        this.file = file;
        this.subjects = subjects;
        this.writer = writer;
    }

    /**
     * Called in a transaction that holds the head.
     *
     * @param inForce by subject; null where the topic's record cannot be read
     * @param last the newest change in the log, which the chain goes on from
     */
    void ifEmpty(
            ChainHead head,
            Map<String, @Nullable PolicyRecord> inForce,
            @Nullable PolicyChange last) {
        if (subjects.count() > 0 || head.nextOrdinal() > 0) {
            tellOfIgnoredFile();
            return;
        }
        if (last != null) {
            head.after(last);
        }
        Map<String, @Nullable PolicyRecord> wanted = new TreeMap<>();
        inForce.forEach((subject, record) -> {
            if (record != null && SubjectKind.ofSubject(subject).isPresent()) {
                wanted.put(subject, record);
            }
        });
        boolean fromTopic = wanted.values().stream().anyMatch(PolicyRecord.Role.class::isInstance);
        if (!fromTopic) {
            file.records().forEach(record -> wanted.putIfAbsent(record.subject(), record));
        }
        addAdministrators(wanted);
        // Before any catalogue of tools: the servers of a first policy are new to this database,
        // not to the workers.
        int made = writer.write(head, Administrator.SYSTEM, wanted, Instant.EPOCH).size();
        LOG.info(
                "the policy's database was empty; {} subjects were taken from the {}",
                made,
                fromTopic ? "policy in force" : "policy file");
    }

    /** Without the role nobody could ever change anything. */
    private static void addAdministrators(Map<String, @Nullable PolicyRecord> wanted) {
        String subject = SubjectKind.ROLE.subject(Administrator.ROLE);
        PolicyFile.load(null).records().stream()
                .filter(record -> record.subject().equals(subject))
                .findFirst()
                .ifPresent(role -> wanted.putIfAbsent(subject, role));
    }

    private void tellOfIgnoredFile() {
        if (file.authoritative()
                && file.records().stream()
                        .anyMatch(record ->
                                subjects.findById(record.subject())
                                        .map(row -> !row.record().equals(record))
                                        .orElse(true))) {
            LOG.warn(
                    "the policy file differs from the administered policy, which counts; the file"
                            + " is taken by: parley policy apply FILE");
        }
    }
}

package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ToolCatalog;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accepts the tools of a server's first connection after it was added; whatever comes later waits
 * for an administrator. Called by the relay's thread.
 */
@Component
@ConditionalOnDatabase
class FirstTools {

    private final ToolCatalogs catalogs;
    private final TransactionTemplate transactions;
    private final ChainHeads heads;
    private final Subjects subjects;
    private final ChangeWriter writer;
    private final AdministrationSettings settings;
    private long seen = -1;
    private long subjectsSeen = -1;

    FirstTools(
            ToolCatalogs catalogs,
            TransactionTemplate transactions,
            ChainHeads heads,
            Subjects subjects,
            ChangeWriter writer,
            AdministrationSettings settings,
            RelaySignal relay) {
        catalogs.onLook(relay::changed);
        this.catalogs = catalogs;
        this.transactions = transactions;
        this.heads = heads;
        this.subjects = subjects;
        this.writer = writer;
        this.settings = settings;
    }

    /** Whether anything was accepted. */
    boolean accept() {
        long revision = catalogs.revision();
        if (catalogs.all().isEmpty()) {
            return false;
        }
        long standing = subjects.count();
        if (revision == seen && standing == subjectsSeen) {
            return false;
        }
        boolean any = false;
        for (ToolCatalog catalog : catalogs.all()) {
            if (catalog.error() == null && isFirst(catalog)) {
                any |= acceptOf(catalog);
            }
        }
        seen = revision;
        subjectsSeen = subjects.count();
        return any;
    }

    private boolean acceptOf(ToolCatalog catalog) {
        Map<String, String> hashes = new TreeMap<>();
        catalog.tools().forEach(tool -> hashes.put(tool.name(), tool.hash()));
        PolicyRecord accepted = new PolicyRecord.AcceptedTools(catalog.server(), hashes);
        return Boolean.TRUE.equals(
                transactions.execute(status -> {
                    ChainHead head = heads.lock();
                    return isFirst(catalog)
                            && !writer.write(
                                            head,
                                            Administrator.SYSTEM,
                                            Map.of(accepted.subject(), accepted))
                                    .isEmpty();
                }));
    }

    private boolean isFirst(ToolCatalog catalog) {
        return !subjects.existsById(SubjectKind.ACCEPTED_TOOLS.subject(catalog.server()))
                && subjects.findById(SubjectKind.MCP_SERVER.subject(catalog.server()))
                        .map(server ->
                                !catalog.at()
                                        .isBefore(
                                                server.createdAt()
                                                        .minus(settings.catalogTolerance())))
                        .orElse(false);
    }
}

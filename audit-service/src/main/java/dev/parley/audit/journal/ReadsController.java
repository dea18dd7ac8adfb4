package dev.parley.audit.journal;

import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Reader;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who read what; reading that is a read as well. */
@RestController
final class ReadsController {

    private final ReadLog reads;
    private final ReadJournal journal;

    ReadsController(ReadLog reads, ReadJournal journal) {
        this.reads = reads;
        this.journal = journal;
    }

    @GetMapping("/api/audit/reads")
    Page<ReadLog.Read> reads(Reader caller, @RequestParam Map<String, String> parameters) {
        Inspectors.admitToAll(caller);
        journal.record(caller, "reads", null, new TreeMap<>(parameters));
        return reads.list(parameters);
    }
}

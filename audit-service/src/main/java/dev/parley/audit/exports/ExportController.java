package dev.parley.audit.exports;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.history.ExportFormat;
import dev.parley.audit.inspection.ConversationSelection;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.JsonBody;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Jobs that export many conversations. Who inspects one team exports that one. */
@RestController("bulkExportController")
@RequestMapping("/api/audit/exports")
final class ExportController {

    private final ExportJobs jobs;
    private final ExportSettings settings;
    private final SealedFilter filters;
    private final ConversationSelection selection;
    private final ObjectStore store;
    private final ReadJournal journal;
    private final Clock clock = Clock.systemUTC();

    ExportController(
            ExportJobs jobs,
            ExportSettings settings,
            SealedFilter filters,
            ConversationSelection selection,
            ObjectStore store,
            ReadJournal journal) {
        this.jobs = jobs;
        this.settings = settings;
        this.filters = filters;
        this.selection = selection;
        this.store = store;
        this.journal = journal;
    }

    /**
     * A job as it is shown.
     *
     * @param done conversations that are in the file, of {@code total}, which is 0 until it is done
     * @param erasedPersons of how many persons in the file the key was destroyed after it was
     *     written
     */
    record View(
            String exportId,
            String format,
            Map<String, String> filter,
            String target,
            String requestedBy,
            Instant requestedAt,
            String state,
            long done,
            long total,
            long bytes,
            @Nullable String location,
            @Nullable String error,
            @Nullable Instant finishedAt,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long erasedPersons) {}

    @PostMapping
    ResponseEntity<View> start(Reader caller, @RequestBody byte[] body) {
        Inspectors.admit(caller);
        JsonBody json = JsonBody.of(body, Set.of("format", "filter", "target"));
        ExportFormat format =
                ExportFormat.of(Objects.requireNonNullElse(json.text("format"), "jsonl"));
        String target = Objects.requireNonNullElse(json.text("target"), ExportJob.FILE);
        if (!Set.of(ExportJob.FILE, ExportJob.S3).contains(target)) {
            throw Parameters.bad("target must be file or s3.");
        }
        if (target.equals(ExportJob.S3) && !store.isThere()) {
            throw Parameters.bad("No S3-compatible store is configured.");
        }
        Map<String, String> filter = filter(json.json().path("filter"));
        selection.check(filter);
        journal.record(caller, "exports", null, filter);
        ExportJob job =
                new ExportJob(
                        UUID.randomUUID().toString(),
                        format,
                        filters.sealed(filter),
                        target,
                        caller.userId(),
                        caller.role(),
                        caller.teamScope(),
                        clock.instant(),
                        "waiting",
                        0,
                        0,
                        0,
                        null,
                        null,
                        null,
                        null,
                        0);
        jobs.add(job);
        return ResponseEntity.status(HttpStatus.CREATED).body(view(found(caller, job.id())));
    }

    @GetMapping
    Page<View> list(Reader caller, @RequestParam Map<String, String> parameters) {
        Inspectors.admitToAll(caller);
        journal.record(caller, "exports/list", null, new TreeMap<>(parameters));
        Page<ExportJob> page =
                jobs.list(Cursor.decoded(parameters.get("after")), Parameters.limit(parameters));
        return new Page<>(page.items().stream().map(this::view).toList(), page.next());
    }

    @GetMapping("/{id}")
    View one(Reader caller, @PathVariable String id) {
        return view(found(caller, Parameters.uuid("id", id)));
    }

    @GetMapping("/{id}/file")
    ResponseEntity<Resource> file(Reader caller, @PathVariable String id) {
        ExportJob job = found(caller, Parameters.uuid("id", id));
        Path file = settings.dir().resolve(job.fileName());
        if (!job.state().equals("done")
                || !job.target().equals(ExportJob.FILE)
                || !Files.isRegularFile(file)) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no file of this export.");
        }
        journal.record(caller, "exports/file", job.id(), Map.of());
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, job.format().mediaType())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + job.fileName() + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .header("Parley-Erased-Persons", Long.toString(job.erasedPersons()))
                .body(new FileSystemResource(file));
    }

    /** Whoever inspects one team finds their own jobs alone. */
    private ExportJob found(Reader caller, String id) {
        Inspectors.admit(caller);
        return jobs.find(id)
                .filter(job -> caller.inspectsAll() || job.requestedBy().equals(caller.userId()))
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.NOT_FOUND, "There is no such export."));
    }

    private static Map<String, String> filter(JsonNode json) {
        Map<String, String> filter = new TreeMap<>();
        if (json.isMissingNode() || json.isNull()) {
            return filter;
        }
        if (!json.isObject()) {
            throw Parameters.bad("filter must be an object.");
        }
        json.properties()
                .forEach(entry -> {
                    if (!entry.getValue().isValueNode()) {
                        throw Parameters.bad(entry.getKey() + " must be a plain value.");
                    }
                    filter.put(entry.getKey(), entry.getValue().asString());
                });
        filter.remove("after");
        filter.remove("limit");
        return filter;
    }

    private View view(ExportJob job) {
        return new View(
                job.id(),
                job.format().parameter(),
                filters.opened(job.filterSealed()),
                job.target(),
                job.requestedBy(),
                job.requestedAt(),
                job.state(),
                job.done(),
                job.total(),
                job.bytes(),
                job.location(),
                job.error(),
                job.finishedAt(),
                job.erasedPersons());
    }
}

package dev.parley.audit.exports;

import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.history.Exports;
import dev.parley.audit.inspection.ConversationSelection;
import dev.parley.audit.store.RepeatedWords;
import dev.parley.audit.store.SchemaReady;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import dev.parley.audit.work.RepeatedWork;
import jakarta.annotation.PreDestroy;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Works on jobs, one at a time. After each piece the file is forced to the disk and how far it is
 * certain is noted; whoever goes on cuts the file there first. A file that is shorter than its note
 * (another instance's disk) is begun anew.
 */
@Component
final class ExportWork {

    private static final Logger LOG = LoggerFactory.getLogger(ExportWork.class);

    private final ExportJobs jobs;
    private final ExportSettings settings;
    private final SealedFilter filters;
    private final ConversationSelection selection;
    private final Exports exports;
    private final RowSecurity rows;
    private final RepeatedWords words;
    private final ObjectStore store;
    private final Clock clock;
    private final RepeatedWork work;

    ExportWork(
            ExportJobs jobs,
            ExportSettings settings,
            SealedFilter filters,
            ConversationSelection selection,
            Exports exports,
            RowSecurity rows,
            RepeatedWords words,
            ObjectStore store,
            Clock clock) {
        this.jobs = jobs;
        this.settings = settings;
        this.filters = filters;
        this.selection = selection;
        this.exports = exports;
        this.rows = rows;
        this.words = words;
        this.store = store;
        this.clock = clock;
        this.work = new RepeatedWork("exports", settings.idle(), this::piece);
    }

    @EventListener
    void start(SchemaReady ready) {
        if (settings.enabled()) {
            work.start();
        }
    }

    private boolean piece() {
        return jobs.claim(settings.lease()).map(this::run).orElse(false);
    }

    private boolean run(ExportJob job) {
        try {
            Path file = settings.dir().resolve(job.fileName());
            Files.createDirectories(settings.dir());
            if (!write(job, file)) {
                return false;
            }
            String location = file.getFileName().toString();
            long bytes = Files.size(file);
            if (job.target().equals(ExportJob.S3)) {
                location = store.put(file, job.fileName(), job.format().mediaType());
                Files.delete(file);
            }
            jobs.finish(job.id(), bytes, location);
            LOG.info("export {} is done", job.id());
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("export {} failed", job.id(), e);
            jobs.fail(job.id(), "The file could not be written or stored.");
        }
        return true;
    }

    /** False when it was told to stop before the end. */
    private boolean write(ExportJob job, Path file) throws IOException {
        boolean begun =
                job.cursor() != null && Files.exists(file) && Files.size(file) >= job.bytes();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(begun ? job.bytes() : 0);
            channel.position(begun ? job.bytes() : 0);
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            if (!begun) {
                out.write(BulkFile.beginning(job, clock.instant().toString()));
            }
            long done = begun ? job.done() : 0;
            Cursor cursor = begun ? job.cursor() : null;
            Map<String, String> filter = new HashMap<>(filters.opened(job.filterSealed()));
            filter.put("limit", Integer.toString(settings.batch()));
            Page<ConversationSummary> page;
            do {
                if (work.isStopping()) {
                    return false;
                }
                if (cursor != null) {
                    filter.put("after", cursor.encoded());
                }
                page = append(job, filter, done, out);
                out.flush();
                channel.force(false);
                done += page.items().size();
                if (!page.items().isEmpty()) {
                    ConversationSummary last = page.items().getLast();
                    cursor = new Cursor(last.createdAt(), last.id());
                    jobs.note(
                            job.id(),
                            done,
                            channel.position(),
                            cursor,
                            persons(page),
                            settings.lease());
                }
            } while (page.next() != null);
            out.write(BulkFile.end(job.format()));
            out.flush();
            channel.force(false);
            return true;
        }
    }

    private Page<ConversationSummary> append(
            ExportJob job, Map<String, String> filter, long done, OutputStream out) {
        Reader reader =
                new Reader(job.requestedBy(), job.requestedRole(), true, null, job.teamScope());
        return rows.inspecting(
                reader,
                () -> {
                    Page<ConversationSummary> page = selection.page(filter);
                    long written = done;
                    try {
                        for (ConversationSummary conversation : page.items()) {
                            Exports.Content content =
                                    exports.of(conversation.id(), job.format(), null).orElse(null);
                            if (content != null) {
                                BulkFile.append(
                                        job.format(),
                                        conversation.id(),
                                        content,
                                        written == 0,
                                        out);
                                written++;
                            }
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return page;
                });
    }

    /** Whose they are, and whose words they repeat. */
    private Set<String> persons(Page<ConversationSummary> page) {
        Set<String> persons = new TreeSet<>();
        for (ConversationSummary conversation : page.items()) {
            if (conversation.user() != null) {
                persons.add(conversation.user());
            }
        }
        words.persons(page.items().stream().map(ConversationSummary::id).toList())
                .values()
                .forEach(persons::addAll);
        return persons;
    }

    @PreDestroy
    void stop() {
        work.stop();
    }
}

package dev.parley.audit.exports;

import dev.parley.audit.history.ExportFormat;
import dev.parley.audit.web.Cursor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An export of many conversations. States: waiting → running → done or failed.
 *
 * @param filterSealed the filters, which may repeat a person's words
 * @param teamScope of who asked
 * @param bytes of the file that are certain; what stands behind them was not noted and is written
 *     again
 * @param cursor the last conversation in those bytes
 * @param location name of the file, or address of the object
 */
record ExportJob(
        String id,
        ExportFormat format,
        String filterSealed,
        String target,
        String requestedBy,
        String requestedRole,
        @Nullable String teamScope,
        Instant requestedAt,
        String state,
        long done,
        long total,
        long bytes,
        @Nullable Cursor cursor,
        @Nullable String location,
        @Nullable String error,
        @Nullable Instant finishedAt,
        long erasedPersons) {

    static final String FILE = "file";
    static final String S3 = "s3";

    String fileName() {
        return "export-" + id + "." + format.extension();
    }
}

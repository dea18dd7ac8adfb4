package dev.parley.audit.history;

import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** A user's own conversation as a download. */
@RestController
final class ExportController {

    private final Exports exports;
    private final RowSecurity rows;

    ExportController(Exports exports, RowSecurity rows) {
        this.exports = exports;
        this.rows = rows;
    }

    @GetMapping("/api/conversations/{id}/export")
    ResponseEntity<StreamingResponseBody> export(
            Reader caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "json") String format) {
        String conversation = Parameters.uuid("id", id);
        ExportFormat wanted = ExportFormat.of(format);
        Exports.Content content =
                rows.own(caller, () -> exports.of(conversation, wanted, caller.userId()))
                        .orElseThrow(HistoryController::absent);
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, wanted.mediaType())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + wanted.fileName(conversation) + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .body(out -> write(caller, content, out));
    }

    private void write(Reader caller, Exports.Content content, OutputStream out)
            throws IOException {
        try {
            rows.own(
                    caller,
                    () -> {
                        try {
                            content.writeTo(out);
                            return true;
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

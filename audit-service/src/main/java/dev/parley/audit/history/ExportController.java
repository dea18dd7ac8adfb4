package dev.parley.audit.history;

import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
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

    ExportController(Exports exports) {
        this.exports = exports;
    }

    @GetMapping("/api/conversations/{id}/export")
    ResponseEntity<StreamingResponseBody> export(
            Reader caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "json") String format) {
        return download(
                exports, Parameters.uuid("id", id), ExportFormat.of(format), caller.userId());
    }

    static ResponseEntity<StreamingResponseBody> download(
            Exports exports,
            String id,
            ExportFormat format,
            @org.jspecify.annotations.Nullable String owner) {
        Exports.Content content =
                exports.of(id, format, owner).orElseThrow(HistoryController::absent);
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, format.mediaType())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + format.fileName(id) + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .body(content::writeTo);
    }
}

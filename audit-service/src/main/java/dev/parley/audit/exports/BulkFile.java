package dev.parley.audit.exports;

import dev.parley.audit.history.ExportFormat;
import dev.parley.audit.history.Exports;
import dev.parley.schemas.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many conversations become one file. The beginning says what the file is; then conversations
 * follow, each as its own export has it.
 *
 * <ul>
 *   <li>jsonl: a line {@code {"export":…}}, then the chains' lines
 *   <li>json: {@code {"export":…,"conversations":[…]}}
 *   <li>markdown: a paragraph, then conversations between rules
 *   <li>csv: one header, a column with the conversation in front; what the file is stands in its
 *       column {@code exported_at} and in the job
 * </ul>
 */
final class BulkFile {

    private static final String NOTE =
            "Texts were opened with the keys that existed at this time. An erasure after it does not"
                    + " reach this file; the job lists how many of its persons were erased since.";

    private BulkFile() {}

    static byte[] beginning(ExportJob job, String madeAt) {
        Map<String, Object> what = new LinkedHashMap<>();
        what.put("export_id", job.id());
        what.put("made_at", madeAt);
        what.put("requested_by", job.requestedBy());
        what.put("note", NOTE);
        String text =
                switch (job.format()) {
                    case JSONL -> Json.writeText(Map.of("export", what)) + "\n";
                    case JSON -> "{\"export\":" + Json.writeText(what) + ",\"conversations\":[\n";
                    case MARKDOWN -> "*Export " + job.id() + " of " + madeAt + ". " + NOTE + "*\n";
                    case CSV -> "";
                };
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Appends one conversation; {@code first} of the file. */
    static void append(
            ExportFormat format,
            String conversationId,
            Exports.Content content,
            boolean first,
            OutputStream out)
            throws IOException {
        switch (format) {
            case JSONL -> content.writeTo(out);
            case JSON -> {
                if (!first) {
                    out.write(",\n".getBytes(StandardCharsets.UTF_8));
                }
                content.writeTo(out);
            }
            case MARKDOWN -> {
                out.write("\n---\n\n".getBytes(StandardCharsets.UTF_8));
                content.writeTo(out);
            }
            case CSV -> {
                ByteArrayOutputStream one = new ByteArrayOutputStream();
                content.writeTo(one);
                String csv = one.toString(StandardCharsets.UTF_8);
                int header = csv.indexOf("\r\n") + 2;
                out.write((first ? csv : csv.substring(header)).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    static byte[] end(ExportFormat format) {
        return (format == ExportFormat.JSON ? "\n]}\n" : "").getBytes(StandardCharsets.UTF_8);
    }
}

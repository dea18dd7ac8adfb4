package dev.parley.audit.history;

import dev.parley.audit.web.Parameters;
import java.util.Locale;

/** As what a conversation can be had. */
public enum ExportFormat {
    JSON("application/json", "json"),
    JSONL("application/x-ndjson", "jsonl"),
    MARKDOWN("text/markdown;charset=UTF-8", "md"),
    CSV("text/csv;charset=UTF-8", "csv");

    private final String mediaType;
    private final String extension;

    ExportFormat(String mediaType, String extension) {
        this.mediaType = mediaType;
        this.extension = extension;
    }

    /** The constant of a parameter's value. */
    public static ExportFormat of(String name) {
        return switch (name) {
            case "json" -> JSON;
            case "jsonl" -> JSONL;
            case "markdown" -> MARKDOWN;
            case "csv" -> CSV;
            default -> throw Parameters.bad("format must be json, jsonl, markdown or csv.");
        };
    }

    public String mediaType() {
        return mediaType;
    }

    /** As parameters name it. */
    public String parameter() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String extension() {
        return extension;
    }

    public String fileName(String conversationId) {
        return "conversation-" + conversationId + "." + extension;
    }
}

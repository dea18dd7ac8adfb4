package dev.parley.audit.inspection;

import dev.parley.audit.web.Conditions;
import org.jspecify.annotations.Nullable;

/**
 * A tool as filters name it.
 *
 * @param server null where a tool's name alone was given
 * @param tool null for no filter
 */
record ToolName(@Nullable String server, @Nullable String tool) {

    private static final String SEPARATOR = "__";

    /** Of {@code tool} or {@code server__tool}. */
    static ToolName of(@Nullable String text) {
        int at = text == null ? -1 : text.indexOf(SEPARATOR);
        return text == null || at <= 0
                ? new ToolName(null, text)
                : new ToolName(text.substring(0, at), text.substring(at + SEPARATOR.length()));
    }

    /**
     * That such a tool was called. A name may itself have the separator in it, so both readings
     * hold.
     *
     * @param where ties {@code tool_calls t} to the query's row
     */
    void called(Conditions conditions, String where, AuditFilter filter) {
        if (tool == null) {
            return;
        }
        Conditions call = new Conditions();
        if (server == null) {
            call.and("t.tool = ?", tool);
        } else {
            String whole = server + SEPARATOR + tool;
            call.and("t.tool IN (?, ", tool, "?)", whole)
                    .and("(t.server = ? OR t.tool = ", server, "?)", whole);
        }
        // A call comes after its question, and sooner than a day later.
        call.and("t.at >= ?", filter.from())
                .and("t.at < ?::timestamptz + interval '1 day'", filter.to());
        conditions.and("EXISTS (SELECT 1 FROM tool_calls t WHERE " + where + " AND ", call, ")");
    }
}

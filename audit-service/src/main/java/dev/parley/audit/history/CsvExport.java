package dev.parley.audit.history;

import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CSV by RFC 4180, a line for each question, tool call, word on one and answer. A cell that a
 * spreadsheet would take for a formula begins with an apostrophe instead (OWASP, CSV Injection).
 */
final class CsvExport {

    private static final String FORMULA_STARTS = "=+-@\t\r";
    private static final int COLUMNS = 20;
    private static final String END_OF_LINE = "\r\n";

    private final StringBuilder csv = new StringBuilder();
    private final String conversationId;
    private final Instant exportedAt;

    private CsvExport(String conversationId, Instant exportedAt) {
        this.conversationId = conversationId;
        this.exportedAt = exportedAt;
    }

    static String of(ConversationView conversation, Instant exportedAt) {
        return new CsvExport(conversation.id(), exportedAt).written(conversation);
    }

    private String written(ConversationView conversation) {
        cells(
                "message_id",
                "parent_id",
                "regenerates",
                "at",
                "author",
                "model",
                "status",
                "code",
                "text",
                "text_state",
                "tokens_input",
                "tokens_output",
                "tokens_cached",
                "cost",
                "tool",
                "arguments",
                "duration_ms",
                "decided_by",
                "conversation_id",
                "exported_at");
        for (TurnView turn : conversation.turns()) {
            line(
                    turn.messageId(),
                    turn.parentId(),
                    turn.regenerates(),
                    turn.at(),
                    "user",
                    turn.model(),
                    turn.status(),
                    turn.code(),
                    turn.text(),
                    turn.textState());
            turn.approvals().forEach(word -> approval(turn, word));
            turn.toolCalls().forEach(call -> toolCall(turn, call));
            if (turn.answer() != null || turn.timing() != null) {
                answer(turn);
            }
        }
        return csv.toString();
    }

    private void answer(TurnView turn) {
        TurnView.Usage usage = turn.usage();
        line(
                turn.messageId(),
                turn.parentId(),
                turn.regenerates(),
                turn.timing() == null ? null : turn.timing().endedAt(),
                "assistant",
                turn.model(),
                turn.status(),
                turn.code(),
                turn.answer(),
                turn.textState(),
                usage == null ? null : usage.tokensInput(),
                usage == null ? null : usage.tokensOutput(),
                usage == null ? null : usage.tokensCached(),
                usage == null || usage.cost() == null ? null : usage.cost().toPlainString());
    }

    private void toolCall(TurnView turn, TurnView.ToolCallView call) {
        line(
                turn.messageId(),
                turn.parentId(),
                turn.regenerates(),
                call.at(),
                "tool",
                null,
                call.status(),
                null,
                call.text(),
                call.textState(),
                null,
                null,
                null,
                null,
                call.server() + "/" + call.tool(),
                call.arguments(),
                call.durationMs());
    }

    private void approval(TurnView turn, TurnView.ApprovalView word) {
        line(
                turn.messageId(),
                turn.parentId(),
                turn.regenerates(),
                word.decidedAt(),
                "approval",
                null,
                word.decision(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                word.server() + "/" + word.tool(),
                null,
                null,
                word.decidedBy());
    }

    /** Cells of a turn, as many as it has, and then what every line ends with. */
    private void line(@Nullable Object... turn) {
        @Nullable Object[] cells = Arrays.copyOf(turn, COLUMNS);
        cells[COLUMNS - 2] = conversationId;
        cells[COLUMNS - 1] = exportedAt;
        cells(cells);
    }

    private void cells(@Nullable Object... cells) {
        csv.append(Arrays.stream(cells).map(CsvExport::cell).collect(Collectors.joining(",")))
                .append(END_OF_LINE);
    }

    static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        if (!text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0) {
            text = "'" + text;
        }
        return text.matches("(?s).*[\",\r\n\t'].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}

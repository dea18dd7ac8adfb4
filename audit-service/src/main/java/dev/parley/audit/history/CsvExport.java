package dev.parley.audit.history;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CSV by RFC 4180, a line for each question and each answer. A cell that a spreadsheet would take
 * for a formula begins with an apostrophe instead (OWASP, CSV Injection).
 */
final class CsvExport {

    private static final String FORMULA_STARTS = "=+-@\t\r";
    private static final String END_OF_LINE = "\r\n";

    private CsvExport() {}

    static String of(ConversationView conversation) {
        StringBuilder csv = new StringBuilder();
        line(
                csv,
                "message_id",
                "parent_id",
                "regenerates",
                "at",
                "author",
                "model",
                "status",
                "code",
                "text",
                "tokens_input",
                "tokens_output",
                "cost");
        for (TurnView turn : conversation.turns()) {
            line(
                    csv,
                    turn.messageId(),
                    turn.parentId(),
                    turn.regenerates(),
                    turn.at(),
                    "user",
                    turn.model(),
                    turn.status(),
                    turn.code(),
                    turn.text(),
                    null,
                    null,
                    null);
            if (turn.answer() != null || turn.timing() != null) {
                answer(csv, turn);
            }
        }
        return csv.toString();
    }

    private static void answer(StringBuilder csv, TurnView turn) {
        TurnView.Usage usage = turn.usage();
        line(
                csv,
                turn.messageId(),
                turn.parentId(),
                turn.regenerates(),
                turn.timing() == null ? null : turn.timing().endedAt(),
                "assistant",
                turn.model(),
                turn.status(),
                turn.code(),
                turn.answer(),
                usage == null ? null : usage.tokensInput(),
                usage == null ? null : usage.tokensOutput(),
                usage == null || usage.cost() == null ? null : usage.cost().toPlainString());
    }

    private static void line(StringBuilder csv, @Nullable Object... cells) {
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

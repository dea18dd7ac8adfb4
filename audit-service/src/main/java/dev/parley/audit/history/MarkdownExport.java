package dev.parley.audit.history;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Markdown for people. Texts keep their own Markdown; what a viewer could take for HTML or for a
 * link that runs something is disarmed, since the file may be opened in a browser.
 */
final class MarkdownExport {

    /** What can begin a tag, a comment or a declaration; "a < b" stays as it is. */
    private static final Pattern TAG = Pattern.compile("<(?=[a-zA-Z/!?])");

    /**
     * The destination of a link or image that names a scheme, in plain or as an entity, other than
     * those that only fetch.
     */
    private static final Pattern SCHEME =
            Pattern.compile("(?i)(\\]\\(\\s*|\\]:\\s*)(?!https?://|mailto:)(?=[^\\s)]*[:&])");

    private MarkdownExport() {}

    static String of(ConversationView conversation, Instant exportedAt) {
        StringBuilder out = new StringBuilder();
        out.append("# ").append(oneLine(conversation.title(), "Conversation")).append("\n\n");
        out.append(
                "%s · %d messages · %d tokens in, %d out%n"
                        .formatted(
                                conversation.createdAt(),
                                conversation.messages(),
                                conversation.usage().tokensInput(),
                                conversation.usage().tokensOutput())
                        .replace("\r", ""));
        out.append("\n*Exported ")
                .append(exportedAt)
                .append("; an erasure after that does not reach this file.*\n");
        for (TurnView turn : conversation.turns()) {
            turn(out, turn);
        }
        return out.toString();
    }

    private static void turn(StringBuilder out, TurnView turn) {
        out.append("\n## User, ").append(turn.at()).append("\n\n");
        if (turn.regenerates() != null) {
            out.append("*Asked again: ").append(turn.regenerates()).append("*\n\n");
        }
        if (!turn.siblings().isEmpty()) {
            out.append("*Branch ")
                    .append(turn.siblings().indexOf(turn.messageId()) + 1)
                    .append(" of ")
                    .append(turn.siblings().size())
                    .append(" after ")
                    .append(turn.parentId() == null ? "the beginning" : turn.parentId())
                    .append("*\n\n");
        }
        out.append(text(turn.text(), turn.textState())).append('\n');
        approvals(out, turn);
        for (TurnView.ToolCallView call : turn.toolCalls()) {
            out.append("\n*Tool ")
                    .append(disarmed(call.server() + "/" + call.tool()))
                    .append(": ")
                    .append(disarmed(call.status()))
                    .append(", ")
                    .append(call.durationMs())
                    .append(" ms*\n");
            if (call.arguments() != null) {
                out.append("\nAsked: ").append(disarmed(call.arguments().toString())).append('\n');
            }
            if (call.text() != null) {
                out.append("\nSaid: ").append(disarmed(call.text())).append('\n');
            }
        }
        if (turn.code() != null) {
            out.append("\n*")
                    .append(turn.code())
                    .append(": ")
                    .append(disarmed(turn.error() == null ? "" : turn.error()))
                    .append("*\n");
        }
        if (turn.timing() != null || turn.answer() != null) {
            out.append("\n## Assistant");
            if (turn.model() != null) {
                out.append(", ").append(oneLine(turn.model(), ""));
            }
            if (turn.timing() != null) {
                out.append(", ").append(turn.timing().endedAt());
            }
            out.append("\n\n").append(text(turn.answer(), turn.textState())).append('\n');
            usage(out, turn.usage());
        }
    }

    private static void approvals(StringBuilder out, TurnView turn) {
        for (TurnView.ApprovalView word : turn.approvals()) {
            out.append("\n*Word on tool ")
                    .append(disarmed(word.server() + "/" + word.tool()))
                    .append(": ")
                    .append(disarmed(word.decision()))
                    .append(word.decidedBy() == null ? "" : " by " + disarmed(word.decidedBy()))
                    .append(", ")
                    .append(word.decidedAt())
                    .append("*\n");
        }
    }

    private static void usage(StringBuilder out, TurnView.@Nullable Usage usage) {
        if (usage != null) {
            out.append("\n*")
                    .append(usage.tokensInput())
                    .append(" tokens in, ")
                    .append(usage.tokensOutput())
                    .append(" out")
                    .append(usage.cost() == null ? "" : ", cost " + usage.cost().toPlainString())
                    .append(usage.estimated() ? ", estimated" : "")
                    .append("*\n");
        }
    }

    private static String text(@Nullable String text, @Nullable String state) {
        if (text != null) {
            return disarmed(text);
        }
        return state == null ? "" : "*(" + state + ")*";
    }

    private static String oneLine(@Nullable String text, String otherwise) {
        return text == null ? otherwise : disarmed(text.replaceAll("\\s+", " "));
    }

    static String disarmed(String text) {
        return SCHEME.matcher(TAG.matcher(text).replaceAll("&lt;")).replaceAll("$1unsafe:");
    }
}

package dev.parley.audit.history;

import dev.parley.audit.history.TurnView.ApprovalView;
import dev.parley.audit.history.TurnView.Timing;
import dev.parley.audit.history.TurnView.ToolCallView;
import dev.parley.audit.history.TurnView.Usage;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.OpenedText;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ServerFrame.AnswerResult;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ChargeTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/** Gathers the links of one message, in their order, into its turn. */
final class TurnBuilder {

    private final Keyring keys;
    private final TurnRecord first;
    private final List<ToolCallView> toolCalls = new ArrayList<>();
    private final List<ApprovalView> approvals = new ArrayList<>();
    private @Nullable UserTurn user;
    private @Nullable AssistantTurn answer;
    private @Nullable FailureTurn failure;
    private @Nullable RefusalTurn refusal;
    private @Nullable ChargeTurn charge;
    private TurnRecord.@Nullable ImportedTurn imported;
    private TurnRecord.@Nullable ImportedTurn importedAnswer;

    TurnBuilder(Keyring keys, TurnRecord first) {
        this.keys = keys;
        this.first = first;
    }

    void add(TurnRecord link) {
        switch (link.body()) {
            case UserTurn turn -> user = turn;
            case AssistantTurn turn -> answer = turn;
            case FailureTurn turn -> failure = turn;
            case RefusalTurn turn -> refusal = turn;
            case ChargeTurn turn -> charge = turn;
            case ToolCallTurn call -> toolCalls.add(toolCall(link, call));
            case TurnRecord.ApprovalTurn word ->
                    approvals.add(
                            new ApprovalView(
                                    word.callId(),
                                    word.server(),
                                    word.tool(),
                                    word.decision(),
                                    word.decidedBy(),
                                    word.decidedAt()));
            case TurnRecord.ImportedTurn turn when turn.author().equals("user") -> imported = turn;
            case TurnRecord.ImportedTurn turn -> importedAnswer = turn;
        }
    }

    String messageId() {
        return first.body().messageId();
    }

    @Nullable UserTurn user() {
        return user;
    }

    TurnRecord.@Nullable ImportedTurn imported() {
        return imported;
    }

    boolean awaitsImportedAnswer() {
        return imported != null && importedAnswer == null;
    }

    /** The message that this one follows on its branch. */
    @Nullable String parentId() {
        if (user != null) {
            return user.parentId();
        }
        return imported != null
                ? imported.parentId()
                : importedAnswer == null ? null : importedAnswer.parentId();
    }

    /** What the user sent, with this message or with the one that it regenerates. */
    OpenedText ownText() {
        if (user != null && user.text() != null) {
            return open(user.text());
        }
        if (imported != null) {
            return open(imported.text());
        }
        return refusal == null ? OpenedText.NONE : open(refusal.text());
    }

    /**
     * @param text what the user sent
     * @param siblings messages of the same parent
     */
    TurnView turn(OpenedText text, List<String> siblings) {
        OpenedText answered = answered();
        String state = text.state().label();
        return new TurnView(
                messageId(),
                user != null ? user.clientMsgId() : refusal != null ? refusal.clientMsgId() : null,
                first.ordinal(),
                parentId(),
                user == null ? null : user.regenerates(),
                siblings.size() > 1 ? siblings : List.of(),
                at(),
                entrance(),
                model(),
                status(),
                text.text(),
                state == null ? answered.state().label() : state,
                answered.text(),
                answer == null ? null : result(answer, answered),
                answer != null ? null : code(),
                answer != null ? null : error(),
                isRefused() && refusal != null ? refusal.limit() : null,
                isRefused() && refusal != null ? refusal.retryAfterS() : null,
                timing(),
                List.copyOf(toolCalls),
                usage(),
                List.copyOf(approvals));
    }

    private OpenedText answered() {
        if (answer != null) {
            return open(answer.text());
        }
        if (importedAnswer != null) {
            return keys.open(first.userId(), importedAnswer.messageId(), importedAnswer.text());
        }
        return failure != null ? open(failure.partial()) : OpenedText.NONE;
    }

    /** Of an imported message: when it was written there. */
    private Instant at() {
        if (user != null && user.receivedAt() != null) {
            return user.receivedAt();
        }
        if (imported != null) {
            return imported.writtenAt();
        }
        return importedAnswer != null ? importedAnswer.writtenAt() : first.at();
    }

    private @Nullable String entrance() {
        if (imported != null || importedAnswer != null) {
            return "import";
        }
        return user != null ? user.entrance() : refusal != null ? refusal.entrance() : null;
    }

    /** A message that was refused, sent again and then taken is not a refused one. */
    private boolean isRefused() {
        return user == null && refusal != null;
    }

    private String status() {
        if (answer != null) {
            return answer.finishReason().equals("stopped") ? "stopped" : "done";
        }
        if (imported != null || importedAnswer != null) {
            return "done";
        }
        return failure != null ? "failed" : isRefused() ? "refused" : "running";
    }

    private @Nullable String model() {
        if (answer != null) {
            return answer.model();
        }
        if (failure != null && failure.model() != null) {
            return failure.model();
        }
        if (importedAnswer != null) {
            return importedAnswer.model();
        }
        return user != null ? user.model() : refusal != null ? refusal.model() : null;
    }

    private @Nullable String code() {
        if (failure != null) {
            return failure.code().code();
        }
        return isRefused() && refusal != null ? refusal.code().code() : null;
    }

    private @Nullable String error() {
        if (failure != null) {
            return failure.error();
        }
        return isRefused() && refusal != null ? refusal.error() : null;
    }

    private @Nullable Timing timing() {
        if (answer != null) {
            return new Timing(
                    answer.startedAt(), answer.firstTokenAt(), answer.endedAt(), answer.worker());
        }
        return failure == null || failure.endedAt() == null
                ? null
                : new Timing(null, null, failure.endedAt(), null);
    }

    private @Nullable Usage usage() {
        return charge == null
                ? null
                : new Usage(
                        charge.usage().input(),
                        charge.usage().output(),
                        charge.usage().cached(),
                        charge.usage().estimated(),
                        charge.cost());
    }

    private static AnswerResult result(AssistantTurn answer, OpenedText text) {
        return new AnswerResult(
                text.text() == null ? "" : text.text(),
                answer.finishReason(),
                answer.model(),
                answer.usage().input(),
                answer.usage().output(),
                answer.usage().cached(),
                answer.cost(),
                answer.toolCalls(),
                answer.toolsUsed(),
                answer.iterations(),
                answer.attempt());
    }

    private ToolCallView toolCall(TurnRecord link, ToolCallTurn call) {
        OpenedText arguments = open(call.arguments());
        OpenedText result = open(call.result());
        String state = arguments.state().label();
        return new ToolCallView(
                call.callId(),
                call.server(),
                call.tool(),
                link.at(),
                json(arguments.text()),
                call.status(),
                call.durationMs(),
                result.text(),
                state == null ? result.state().label() : state);
    }

    /** Arguments as JSON; as text when the model gave something else. */
    private static @Nullable JsonNode json(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Json.tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return StringNode.valueOf(text);
        }
    }

    private OpenedText open(dev.parley.schemas.vault.@Nullable SealedText sealed) {
        return keys.open(first.userId(), messageId(), sealed);
    }
}

package dev.parley.audit.ingest;

import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.ApprovalTurn;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ChargeTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.ImportedTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the tables hold of a link beside the link itself; each kind has some of it. */
final class LinkColumns {

    final String kind;
    @Nullable String status;
    @Nullable String code;
    @Nullable String model;
    @Nullable String entrance;
    @Nullable Integer attempt;
    @Nullable TokenUsage usage;
    @Nullable BigDecimal cost;
    boolean searchable;

    /** Whose message it is; null for what is none. */
    @Nullable String author;

    /** An answer goes by the id of its question; one that was imported has an id of its own. */
    String questionId;

    @Nullable String parentId;
    @Nullable String regenerates;
    @Nullable Instant startedAt;
    @Nullable Instant firstTokenAt;

    /** Of an answer, or when a person decided. */
    @Nullable Instant endedAt;

    /** Of an answer, or who decided. */
    @Nullable String worker;

    @Nullable String callId;
    @Nullable String server;
    @Nullable String tool;
    @Nullable Long durationMs;
    @Nullable String limitName;
    @Nullable Long reserved;
    @Nullable Instant requestedAt;

    private LinkColumns(String kind, String messageId) {
        this.kind = kind;
        this.questionId = messageId;
    }

    static LinkColumns of(TurnRecord link) {
        return switch (link.body()) {
            case UserTurn turn -> user(turn);
            case AssistantTurn answer -> answer(answer);
            case ToolCallTurn call -> call(call);
            case RefusalTurn refusal -> refusal(refusal);
            case FailureTurn failure -> failure(failure);
            case ChargeTurn charge -> charge(charge);
            case ApprovalTurn approval -> approval(approval);
            case ImportedTurn imported -> imported(imported);
        };
    }

    /** Words of another person that were run again are found by the original alone. */
    private static boolean isOwn(@Nullable SealedText text) {
        return text != null && text.userId() == null;
    }

    private static LinkColumns user(UserTurn turn) {
        LinkColumns columns = new LinkColumns("user", turn.messageId());
        columns.status = "sent";
        columns.model = turn.model();
        columns.entrance = turn.entrance();
        columns.searchable = isOwn(turn.text());
        columns.author = "user";
        columns.parentId = turn.parentId();
        columns.regenerates = turn.regenerates();
        return columns;
    }

    private static LinkColumns answer(AssistantTurn answer) {
        LinkColumns columns = new LinkColumns("assistant", answer.messageId());
        columns.status = answer.finishReason().equals("stopped") ? "stopped" : "done";
        columns.model = answer.model();
        columns.attempt = answer.attempt();
        columns.usage = answer.usage();
        columns.cost = answer.cost();
        columns.searchable = isOwn(answer.text());
        columns.author = "assistant";
        columns.startedAt = answer.startedAt();
        columns.firstTokenAt = answer.firstTokenAt();
        columns.endedAt = answer.endedAt();
        columns.worker = answer.worker();
        return columns;
    }

    private static LinkColumns call(ToolCallTurn call) {
        LinkColumns columns = new LinkColumns("tool_call", call.messageId());
        columns.status = call.status();
        columns.callId = call.callId();
        columns.server = call.server();
        columns.tool = call.tool();
        columns.durationMs = call.durationMs();
        return columns;
    }

    private static LinkColumns refusal(RefusalTurn refusal) {
        LinkColumns columns = new LinkColumns("refusal", refusal.messageId());
        columns.status = "refused";
        columns.code = refusal.code().code();
        columns.model = refusal.model();
        columns.entrance = refusal.entrance();
        columns.searchable = isOwn(refusal.text());
        columns.limitName = refusal.limit() == null ? null : refusal.limit().name();
        return columns;
    }

    private static LinkColumns failure(FailureTurn failure) {
        LinkColumns columns = new LinkColumns("failure", failure.messageId());
        columns.status = "failed";
        columns.code = failure.code().code();
        columns.model = failure.model();
        columns.attempt = failure.attempt();
        columns.usage = failure.usage();
        columns.searchable = isOwn(failure.partial());
        columns.author = "assistant";
        columns.endedAt = failure.endedAt();
        return columns;
    }

    private static LinkColumns charge(ChargeTurn charge) {
        LinkColumns columns = new LinkColumns("charge", charge.messageId());
        columns.usage = charge.usage();
        columns.cost = charge.cost();
        columns.reserved = charge.reserved();
        columns.requestedAt = charge.requestedAt();
        return columns;
    }

    private static LinkColumns approval(ApprovalTurn approval) {
        LinkColumns columns = new LinkColumns("approval", approval.messageId());
        columns.status = approval.decision();
        columns.callId = approval.callId();
        columns.server = approval.server();
        columns.tool = approval.tool();
        columns.endedAt = approval.decidedAt();
        columns.worker = approval.decidedBy();
        return columns;
    }

    private static LinkColumns imported(ImportedTurn imported) {
        boolean ofUser = imported.author().equals("user");
        LinkColumns columns =
                new LinkColumns(
                        "imported",
                        !ofUser && imported.parentId() != null
                                ? imported.parentId()
                                : imported.messageId());
        columns.status = "imported";
        columns.model = imported.model();
        columns.entrance = "import";
        columns.searchable = true;
        columns.author = ofUser ? "user" : "assistant";
        columns.parentId = imported.parentId();
        return columns;
    }
}

package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.TurnDraft;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import org.jspecify.annotations.Nullable;

/** Makes the body of a turn from its draft, every text of a person sealed. */
final class TurnSealer {

    private TurnSealer() {}

    /** Seals a text of the turn's user and message. */
    @FunctionalInterface
    interface Seal {
        SealedText of(String text);
    }

    static TurnRecord.Body body(TurnDraft draft, Seal seal) {
        return switch (draft) {
            case TurnDraft.Asked asked ->
                    new TurnRecord.UserTurn(
                            asked.messageId(),
                            asked.parentId(),
                            asked.regenerates(),
                            asked.clientMsgId(),
                            optional(asked.text(), seal),
                            asked.model(),
                            asked.entrance(),
                            asked.receivedAt());
            case TurnDraft.Answered answered -> assistant(answered, seal);
            case TurnDraft.ToolCalled called ->
                    new TurnRecord.ToolCallTurn(
                            called.messageId(),
                            called.call().callId(),
                            called.call().server(),
                            called.call().tool(),
                            seal.of(Json.writeText(called.call().arguments())),
                            called.call().status(),
                            called.call().durationMs(),
                            seal.of(called.call().text()));
            case TurnDraft.Refused refused ->
                    new TurnRecord.RefusalTurn(
                            refused.messageId(),
                            refused.clientMsgId(),
                            refused.code(),
                            refused.error(),
                            refused.limit(),
                            refused.retryAfterS(),
                            optional(refused.text(), seal),
                            refused.model(),
                            refused.entrance(),
                            refused.receivedAt());
            case TurnDraft.Failed failed ->
                    new TurnRecord.FailureTurn(
                            failed.messageId(),
                            failed.code(),
                            failed.error(),
                            failed.partial().isEmpty() ? null : seal.of(failed.partial()),
                            failed.model(),
                            failed.usage(),
                            failed.attempt(),
                            failed.endedAt());
            case TurnDraft.Imported imported ->
                    new TurnRecord.ImportedTurn(
                            imported.messageId(),
                            imported.message().parentId(),
                            imported.message().role(),
                            seal.of(imported.message().text()),
                            imported.message().model(),
                            imported.source(),
                            imported.message().at(),
                            optional(imported.title(), seal));
            case TurnDraft.Decided decided ->
                    new TurnRecord.ApprovalTurn(
                            decided.messageId(),
                            decided.callId(),
                            decided.server(),
                            decided.tool(),
                            decided.decision(),
                            decided.decidedBy(),
                            decided.decidedAt());
            case TurnDraft.Charged charged ->
                    new TurnRecord.ChargeTurn(
                            charged.messageId(),
                            charged.usage(),
                            charged.cost(),
                            charged.reserved(),
                            charged.requestedAt());
        };
    }

    private static TurnRecord.AssistantTurn assistant(TurnDraft.Answered answered, Seal seal) {
        var completed = answered.completed();
        return new TurnRecord.AssistantTurn(
                completed.messageId(),
                seal.of(completed.answer()),
                completed.finishReason(),
                completed.model(),
                completed.usage(),
                answered.cost(),
                completed.toolCalls(),
                completed.toolsUsed(),
                completed.iterations(),
                completed.attempt(),
                completed.startedAt(),
                completed.firstTokenAt(),
                completed.endedAt(),
                completed.worker());
    }

    private static @Nullable SealedText optional(@Nullable String text, Seal seal) {
        return text == null ? null : seal.of(text);
    }
}

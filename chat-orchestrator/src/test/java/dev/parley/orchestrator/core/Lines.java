package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ControlEvent;

/** What is emitted, as one line each: all that tells one decision from another. */
final class Lines {

    private Lines() {}

    static String of(Emitted emitted) {
        return switch (emitted) {
            case Emitted.Dispatch dispatch ->
                    "job to="
                            + dispatch.job().replyTo().sessionId()
                            + " model="
                            + dispatch.job().model()
                            + " max="
                            + dispatch.job().maxTokens()
                            + " context="
                            + (dispatch.job().messages().size() - 1);
            case Emitted.Control control ->
                    switch (control.event()) {
                        case ControlEvent.StopAnswer stop -> "stop " + stop.reason();
                        case ControlEvent.JobReplaced replaced ->
                                "replaced from " + replaced.attemptBase();
                        case ControlEvent.RunVoid run ->
                                "void " + run.worker() + " " + run.attempt();
                    };
            case Emitted.Turn turn -> turn.conversationId() + " " + draft(turn.draft());
            case Emitted.TeamWant want ->
                    "wants of " + want.team() + " " + want.need().tokens() + " tokens";
            case Emitted.TeamUse use ->
                    "used of " + use.team() + " " + use.used().tokens() + " tokens";
            case Emitted.Step step -> "step " + step.name() + " " + step.status();
            case Emitted.Frame frame ->
                    "to "
                            + frame.to().sessionId()
                            + (frame.messageId() == null ? " aside " : " ")
                            + frame(frame.frame());
            case Emitted.Erased ignored -> "erased";
        };
    }

    private static String draft(TurnDraft draft) {
        return switch (draft) {
            case TurnDraft.Asked asked ->
                    "asked " + asked.text() + (asked.regenerates() == null ? "" : " regenerates");
            case TurnDraft.Answered answered -> "answered " + answered.completed().answer();
            case TurnDraft.ToolCalled called -> "called " + called.call().tool();
            case TurnDraft.Refused refused -> "refused " + refused.code().code();
            case TurnDraft.Failed failed ->
                    "failed " + failed.code().code() + " '" + failed.partial() + "'";
            case TurnDraft.Imported imported ->
                    "imported "
                            + imported.message().role()
                            + " "
                            + imported.message().text()
                            + (imported.title() == null ? "" : " titled " + imported.title());
            case TurnDraft.Decided decided ->
                    decided.decision() + " " + decided.callId() + " by " + decided.decidedBy();
            case TurnDraft.Charged charged ->
                    "charged "
                            + charged.usage().total()
                            + " of "
                            + charged.reserved()
                            + (charged.cost() == null
                                    ? ""
                                    : " cost " + charged.cost().toPlainString());
        };
    }

    private static String frame(ServerFrame frame) {
        return switch (frame) {
            case ServerFrame.Token token -> "token " + token.seq() + " " + token.text();
            case ServerFrame.Done done ->
                    "done " + done.result().finishReason() + " " + done.result().answer();
            case ServerFrame.Failure failure ->
                    "error "
                            + failure.code().code()
                            + (failure.limit() == null
                                    ? ""
                                    : " "
                                            + failure.limit().name()
                                            + " "
                                            + failure.limit().used()
                                            + "/"
                                            + failure.limit().max())
                            + (failure.retryAfterS() == null
                                    ? ""
                                    : " after " + failure.retryAfterS());
            case ServerFrame.Approval approval -> "approval " + approval.callId();
            case ServerFrame.Warning warning -> "warning " + warning.message();
            default -> frame.getClass().getSimpleName();
        };
    }
}

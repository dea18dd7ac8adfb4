package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import org.jspecify.annotations.Nullable;

/**
 * How a message ended, kept so that it can be told again; either {@code result} or {@code code} and
 * {@code error}.
 *
 * @param partial text that was shown before it failed; empty when none was
 */
public record Outcome(
        ServerFrame.@Nullable AnswerResult result,
        @Nullable ErrorCode code,
        @Nullable String error,
        String partial,
        @Nullable Long retryAfterS,
        ServerFrame.@Nullable LimitState limit) {

    static Outcome done(ServerFrame.AnswerResult result) {
        return new Outcome(result, null, null, "", null, null);
    }

    static Outcome failed(ErrorCode code, String error, String partial, @Nullable Long retryAfter) {
        return new Outcome(null, code, error, partial, retryAfter, null);
    }

    static Outcome refused(Refusal refusal) {
        return new Outcome(
                null, refusal.code(), refusal.error(), "", refusal.retryAfterS(), refusal.limit());
    }

    /** The same without what was answered, for where that is not to be kept. */
    Outcome withoutText() {
        ServerFrame.AnswerResult bare =
                result == null
                        ? null
                        : new ServerFrame.AnswerResult(
                                "",
                                result.finishReason(),
                                result.model(),
                                result.tokensInput(),
                                result.tokensOutput(),
                                result.tokensCached(),
                                result.cost(),
                                result.toolCalls(),
                                result.toolsUsed(),
                                result.iterations(),
                                result.attempt());
        return new Outcome(bare, code, error, "", retryAfterS, limit);
    }

    /** The text that token frames carried. */
    String shown() {
        return result == null ? partial : result.answer();
    }
}

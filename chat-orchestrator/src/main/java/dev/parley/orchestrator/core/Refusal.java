package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import org.jspecify.annotations.Nullable;

/**
 * Why a message is not admitted.
 *
 * @param step the checkpoint that says so
 * @param error for the user
 */
record Refusal(
        String step,
        ErrorCode code,
        String error,
        ServerFrame.@Nullable LimitState limit,
        @Nullable Long retryAfterS) {

    static Refusal of(String step, ErrorCode code, String error) {
        return new Refusal(step, code, error, null, null);
    }
}

package dev.parley.worker.answer;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.worker.provider.StreamEvent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an attempt, or one call of the model within it, ended. */
sealed interface End {

    record Completed(String finishReason) implements End {}

    record Failed(ErrorCode code, String text, @Nullable Duration retryAfter) implements End {}

    /** The model wants tools called, and to go on with their results. */
    record ToolsAsked(List<StreamEvent.ToolCall> calls) implements End {}

    /** Calls need a person's approval; another job goes on with it. */
    record Parked() implements End {}

    record GivenUp() implements End {}
}

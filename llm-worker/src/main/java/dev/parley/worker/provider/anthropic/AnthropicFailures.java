package dev.parley.worker.provider.anthropic;

import com.anthropic.errors.AnthropicInvalidDataException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.SseException;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.worker.provider.HttpFailures;
import dev.parley.worker.provider.ProviderException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a failure of the client library means to the person who asked. */
final class AnthropicFailures {

    private static final int OVERLOADED = 529;

    private AnthropicFailures() {}

    /**
     * @param anything whether the stream had begun
     */
    static ProviderException of(Throwable failure, boolean anything, Clock clock) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SseException) {
                return ProviderException.passing(
                        ErrorCode.UPSTREAM_ERROR, "The model provider reported an error.", failure);
            }
            if (cause instanceof AnthropicServiceException answered) {
                return HttpFailures.ofStatus(
                        answered.statusCode() == OVERLOADED ? 503 : answered.statusCode(),
                        header(answered, "retry-after"),
                        clock);
            }
            if (cause instanceof AnthropicInvalidDataException) {
                return ProviderException.passing(
                        ErrorCode.UPSTREAM_ERROR,
                        "The model provider sent something that cannot be read.",
                        failure);
            }
            if (cause instanceof IOException) {
                return anything
                        ? ProviderException.incomplete(failure)
                        : HttpFailures.ofConnection(cause);
            }
        }
        return ProviderException.passing(
                ErrorCode.UPSTREAM_ERROR, "The model provider could not be asked.", failure);
    }

    private static @Nullable String header(AnthropicServiceException answered, String name) {
        List<String> values = answered.headers().values(name);
        return values.isEmpty() ? null : values.getFirst();
    }
}

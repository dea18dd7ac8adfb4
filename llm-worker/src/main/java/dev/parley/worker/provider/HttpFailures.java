package dev.parley.worker.provider;

import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** What a status or a broken connection means to the person who asked. */
public final class HttpFailures {

    private HttpFailures() {}

    /**
     * Of any status but 200.
     *
     * @param retryAfter the header's text
     */
    public static ProviderException ofStatus(int status, @Nullable String retryAfter, Clock clock) {
        if (status == 429) {
            return ProviderException.busy(
                    "The model provider is asked too often at the moment.",
                    duration(retryAfter, clock));
        }
        if (status == 408 || status >= 500) {
            return ProviderException.busy(
                    "The model provider failed (status %d).".formatted(status),
                    duration(retryAfter, clock));
        }
        return ProviderException.lasting(
                ErrorCode.UPSTREAM_ERROR,
                switch (status) {
                    case 401, 403 -> "The model provider refused this system's credentials.";
                    case 404 -> "The model provider does not know this model.";
                    default ->
                            "The model provider refused the request (status %d).".formatted(status);
                });
    }

    /** Before any status came. */
    public static ProviderException ofConnection(@Nullable Throwable cause) {
        if (cause instanceof HttpConnectTimeoutException) {
            return ProviderException.passing(
                    ErrorCode.UPSTREAM_TIMEOUT,
                    "The model provider could not be reached in time.",
                    cause);
        }
        if (cause instanceof IOException) {
            return ProviderException.passing(
                    ErrorCode.UPSTREAM_ERROR, "The model provider could not be reached.", cause);
        }
        return ProviderException.passing(
                ErrorCode.UPSTREAM_ERROR, "The model provider could not be asked.", cause);
    }

    /** Seconds or an HTTP date (RFC 9110, 10.2.3); null when absent or neither. */
    private static @Nullable Duration duration(@Nullable String header, Clock clock) {
        if (header == null) {
            return null;
        }
        String value = header.strip();
        try {
            if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Duration.ofSeconds(Long.parseLong(value));
            }
            Duration until =
                    Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
            return null;
        }
    }
}

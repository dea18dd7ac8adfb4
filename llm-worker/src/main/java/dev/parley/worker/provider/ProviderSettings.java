package dev.parley.worker.provider;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The provider {@code main}, and how long any provider is waited for.
 *
 * @param baseUrl of an OpenAI-compatible service, including {@code /v1}; absent or blank: there is
 *     no {@code main} ({@code PARLEY_MODEL_BASE_URL})
 * @param apiKey sent as a bearer token when not blank ({@code PARLEY_MODEL_API_KEY})
 * @param apiKeyFile whose text is the key ({@code PARLEY_MODEL_API_KEY_FILE}), where {@code apiKey}
 *     is blank
 * @param model that answers when a message names none ({@code PARLEY_MODEL}); blank: the first one
 *     that the service lists
 * @param continues whether {@code main} goes on from a started answer, as vLLM does by {@code
 *     continue_final_message} (default no)
 * @param connectTimeout for the TCP and TLS connection (default 5 s)
 * @param firstByteTimeout from the request to the first byte of the answer's stream (default 60 s)
 * @param idleTimeout between two bytes of the stream (default 30 s)
 * @param totalTimeout for the whole answer (default 10 min); the job's deadline applies if earlier
 * @param retriesMax further rounds over the routes after a passing failure, before the first token
 *     only, 0 to 10 (default 2)
 * @param retryBackoff first pause before a further round, doubled each time, with full jitter
 *     (default 250 ms)
 * @param retryBackoffMax longest pause, and the longest Retry-After that is waited for (default 5
 *     s); a longer one is handed to the client
 * @param eventBytesMax longest event of the stream, and longest reply that is no stream, in bytes
 *     (default 1 MiB)
 */
@Validated
@ConfigurationProperties("parley.provider")
public record ProviderSettings(
        @Nullable String baseUrl,
        @Nullable String apiKey,
        @Nullable Path apiKeyFile,
        @Nullable String model,
        @DefaultValue("false") boolean continues,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("60s") Duration firstByteTimeout,
        @DefaultValue("30s") Duration idleTimeout,
        @DefaultValue("10m") Duration totalTimeout,
        @DefaultValue("2") @Min(0) @Max(10) int retriesMax,
        @DefaultValue("250ms") Duration retryBackoff,
        @DefaultValue("5s") Duration retryBackoffMax,
        @DefaultValue("1048576") @Min(4096) int eventBytesMax) {

    /** Whether there is a provider {@code main}. */
    public boolean hasBaseUrl() {
        return baseUrl != null && !baseUrl.isBlank();
    }

    public Patience patience() {
        return new Patience(
                connectTimeout, firstByteTimeout, idleTimeout, totalTimeout, eventBytesMax);
    }

    @Override
    public String toString() {
        return "ProviderSettings[baseUrl=%s, model=%s]".formatted(baseUrl, model);
    }
}

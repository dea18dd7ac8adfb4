package dev.parley.worker.provider;

import jakarta.validation.Valid;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Providers beside {@code main} and {@code demo}, each under its name: {@code
 * parley.providers.NAME.*}, for example {@code PARLEY_PROVIDERS_CLAUDE_TYPE=anthropic}.
 */
@Validated
@ConfigurationProperties("parley")
public record FurtherProviders(@DefaultValue Map<String, @Valid One> providers) {

    public FurtherProviders {
        providers = Map.copyOf(providers);
    }

    /** Which API the service speaks. */
    public enum Type {
        OPENAI,
        ANTHROPIC,
        DEMO
    }

    /**
     * @param type openai (default: any service with {@code POST …/chat/completions}), anthropic, or
     *     demo
     * @param baseUrl of the service; openai: including {@code /v1}, needed; anthropic: without it
     *     (default {@code https://api.anthropic.com})
     * @param apiKey of the service
     * @param apiKeyFile whose text is the key, where {@code apiKey} is blank
     * @param models names and globs that it takes (default {@code *}); where the policy has no
     *     routes the provider that names a model most exactly gets it
     * @param rename the service's own names of models, by the name that is asked for; keys with
     *     other characters than letters, digits and dashes stand in brackets
     * @param continues whether it goes on from a started answer: of openai, by vLLM's {@code
     *     continue_final_message}; of anthropic, by a last message of the assistant's, which newer
     *     models refuse (default no)
     * @param connectTimeout as {@code parley.provider.connect-timeout}, which is the default, as
     *     for the others
     */
    public record One(
            @DefaultValue("openai") Type type,
            @Nullable String baseUrl,
            @Nullable String apiKey,
            @Nullable Path apiKeyFile,
            @DefaultValue("*") List<String> models,
            @DefaultValue Map<String, String> rename,
            @DefaultValue("false") boolean continues,
            @Nullable Duration connectTimeout,
            @Nullable Duration firstByteTimeout,
            @Nullable Duration idleTimeout,
            @Nullable Duration totalTimeout) {

        public One {
            models = List.copyOf(models);
            rename = Map.copyOf(rename);
        }

        Patience patience(Patience otherwise) {
            return new Patience(
                    or(connectTimeout, otherwise.connect()),
                    or(firstByteTimeout, otherwise.firstByte()),
                    or(idleTimeout, otherwise.idle()),
                    or(totalTimeout, otherwise.total()),
                    otherwise.eventBytesMax());
        }

        private static Duration or(@Nullable Duration own, Duration otherwise) {
            return own == null ? otherwise : own;
        }

        @Override
        public String toString() {
            return "One[type=%s, baseUrl=%s, models=%s]".formatted(type, baseUrl, models);
        }
    }
}

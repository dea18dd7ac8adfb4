package dev.parley.worker.context;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How much a model can read at once.
 *
 * @param tokens of a model that no entry names (default 128,000); 0: nothing is left out
 * @param models entries for models, by name or glob; the most exact one counts
 */
@Validated
@ConfigurationProperties("parley.context")
public record ContextSettings(
        @DefaultValue("128000") @Min(0) int tokens, @DefaultValue List<@Valid Window> models) {

    public ContextSettings {
        models = List.copyOf(models);
    }

    /**
     * @param model name or glob
     * @param tokens question and answer together; 0: nothing is left out
     * @param encoding o200k_base, cl100k_base, p50k_base, r50k_base, or chars (four characters a
     *     token); absent: known for OpenAI's models, chars for others
     */
    public record Window(String model, @Min(0) int tokens, @Nullable String encoding) {}
}

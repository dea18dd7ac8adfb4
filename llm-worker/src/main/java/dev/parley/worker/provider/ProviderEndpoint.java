package dev.parley.worker.provider;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configured service.
 *
 * @param baseUrl without a slash at its end
 * @param apiKey never printed; null: none
 * @param models names and globs that it takes
 * @param rename names that the service has for models, by the name that is asked for
 * @param continues whether it goes on from a started answer
 */
public record ProviderEndpoint(
        String name,
        String baseUrl,
        @Nullable String apiKey,
        List<String> models,
        Map<String, String> rename,
        boolean continues,
        Patience patience) {

    public ProviderEndpoint {
        baseUrl = withoutSlash(baseUrl.strip());
        apiKey = apiKey == null || apiKey.isBlank() ? null : apiKey.strip();
        models = List.copyOf(models);
        rename = Map.copyOf(rename);
    }

    /** The name that the service has for a model. */
    public String nameOf(String model) {
        return rename.getOrDefault(model, model);
    }

    /** Names among {@link #models} that are no globs. */
    public List<String> literalModels() {
        return models.stream().filter(model -> model.indexOf('*') < 0).toList();
    }

    private static String withoutSlash(String base) {
        int end = base.length();
        while (end > 0 && base.charAt(end - 1) == '/') {
            end--;
        }
        return base.substring(0, end);
    }

    @Override
    public String toString() {
        return "ProviderEndpoint[name=%s, baseUrl=%s]".formatted(name, baseUrl);
    }
}

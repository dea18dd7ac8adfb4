package dev.parley.worker.provider;

import dev.parley.worker.provider.anthropic.AnthropicProvider;
import dev.parley.worker.provider.demo.DemoProvider;
import dev.parley.worker.provider.demo.DemoSettings;
import dev.parley.worker.provider.openai.OpenAiProvider;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The providers that the configuration names: {@code demo}, {@code main} where it has an address,
 * and the further ones by name.
 *
 * @param defaultModel of messages that name none
 */
public record ConfiguredProviders(List<ProviderHealth> all, Supplier<String> defaultModel) {

    private static final String MAIN = "main";
    private static final String ANTHROPIC = "https://api.anthropic.com";

    public ConfiguredProviders {
        all = List.copyOf(all);
    }

    public static ConfiguredProviders of(
            ProviderSettings main,
            FurtherProviders further,
            DemoSettings demo,
            BreakerSettings breaker,
            Clock clock) {
        List<ProviderHealth> all = new ArrayList<>();
        DemoProvider demonstration = new DemoProvider(demo, main.idleTimeout(), clock);
        all.add(new ProviderHealth(demonstration, "demo", null, clock));
        Supplier<String> defaultModel = () -> DemoProvider.MODEL;
        if (main.hasBaseUrl()) {
            OpenAiProvider provider = new OpenAiProvider(endpointOf(main), clock);
            all.add(new ProviderHealth(provider, "openai", breaker, clock));
            defaultModel = defaultModelOf(main, provider);
        }
        for (Map.Entry<String, FurtherProviders.One> entry :
                new TreeMap<>(further.providers()).entrySet()) {
            String name = entry.getKey();
            if (name.equals(MAIN) || name.equals(DemoProvider.MODEL)) {
                throw new IllegalStateException(
                        "parley.providers.%s: this name is taken; main is configured by PARLEY_MODEL_BASE_URL"
                                .formatted(name));
            }
            FurtherProviders.One one = entry.getValue();
            all.add(
                    new ProviderHealth(
                            providerOf(name, one, main, demo, clock),
                            one.type().name().toLowerCase(Locale.ROOT),
                            // The demonstration fails as it is told to, which must stop nobody
                            // else.
                            one.type() == FurtherProviders.Type.DEMO ? null : breaker,
                            clock));
        }
        return new ConfiguredProviders(all, defaultModel);
    }

    private static ProviderEndpoint endpointOf(ProviderSettings main) {
        String named = main.model();
        return new ProviderEndpoint(
                MAIN,
                main.baseUrl() == null ? "" : main.baseUrl(),
                ApiKeys.of(MAIN, main.apiKey(), main.apiKeyFile()),
                // It takes any name; the one that is configured is shown to choose from.
                named == null || named.isBlank() ? List.of("*") : List.of(named.strip(), "*"),
                Map.of(),
                main.continues(),
                main.patience());
    }

    private static Supplier<String> defaultModelOf(ProviderSettings main, OpenAiProvider provider) {
        String named = main.model();
        if (named != null && !named.isBlank()) {
            return named::strip;
        }
        provider.listed().askInBackground();
        return provider.listed()::first;
    }

    private static ModelProvider providerOf(
            String name,
            FurtherProviders.One one,
            ProviderSettings main,
            DemoSettings demo,
            Clock clock) {
        return switch (one.type()) {
            case OPENAI -> {
                if (one.baseUrl() == null || one.baseUrl().isBlank()) {
                    throw new IllegalStateException(
                            "parley.providers.%s.base-url is needed".formatted(name));
                }
                yield new OpenAiProvider(endpointOf(name, one, one.baseUrl(), main), clock);
            }
            case ANTHROPIC ->
                    new AnthropicProvider(
                            endpointOf(
                                    name,
                                    one,
                                    one.baseUrl() == null || one.baseUrl().isBlank()
                                            ? ANTHROPIC
                                            : one.baseUrl(),
                                    main),
                            clock);
            case DEMO -> new DemoProvider(name, one.models(), demo, main.idleTimeout(), clock);
        };
    }

    private static ProviderEndpoint endpointOf(
            String name, FurtherProviders.One one, String baseUrl, ProviderSettings main) {
        return new ProviderEndpoint(
                name,
                baseUrl,
                ApiKeys.of(name, one.apiKey(), one.apiKeyFile()),
                one.models(),
                one.rename(),
                one.continues(),
                one.patience(main.patience()));
    }
}

package dev.parley.worker.provider.openai;

import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.Executors;

/**
 * A service with {@code POST …/chat/completions}: OpenAI, vLLM, Ollama, llama.cpp, LiteLLM,
 * OpenRouter. Takes every model name but the demonstration's.
 */
public final class OpenAiProvider implements ModelProvider {

    private static final String DEMO = "demo";

    private final ProviderSettings settings;
    private final Clock clock;
    private final URI completions;
    private final URI models;
    private final HttpClient http;

    /**
     * @param settings with a base address
     */
    public OpenAiProvider(ProviderSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        String base = Objects.requireNonNull(settings.baseUrl()).strip();
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        this.completions = URI.create(base + "/chat/completions");
        this.models = URI.create(base + "/models");
        this.http =
                HttpClient.newBuilder()
                        .connectTimeout(settings.connectTimeout())
                        // Without TLS an upgrade to HTTP/2 would be tried on every connection,
                        // which small servers answer badly.
                        .version(
                                "https".equals(completions.getScheme())
                                        ? HttpClient.Version.HTTP_2
                                        : HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public boolean serves(String model) {
        return !model.equals(DEMO) && !model.startsWith(DEMO + ":");
    }

    @Override
    public ModelStream open(ModelRequest request) {
        return new OpenAiStream(http, post(request), settings, clock, request.deadline());
    }

    HttpClient http() {
        return http;
    }

    /** The list of the service's models. */
    HttpRequest listModels() {
        return authorized(HttpRequest.newBuilder(models)).GET().build();
    }

    private HttpRequest post(ModelRequest request) {
        return authorized(HttpRequest.newBuilder(completions))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(CompletionBody.of(request)))
                .build();
    }

    private HttpRequest.Builder authorized(HttpRequest.Builder request) {
        String apiKey = settings.apiKey();
        if (apiKey != null && !apiKey.isBlank()) {
            request.header("Authorization", "Bearer " + apiKey.strip());
        }
        return request;
    }
}

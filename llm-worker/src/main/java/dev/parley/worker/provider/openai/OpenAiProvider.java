package dev.parley.worker.provider.openai;

import dev.parley.worker.provider.ModelNames;
import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderEndpoint;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * A service with {@code POST …/chat/completions}: OpenAI, vLLM, Ollama, llama.cpp, LiteLLM,
 * OpenRouter. Takes the models of its configuration but never the demonstration's.
 */
public final class OpenAiProvider implements ModelProvider {

    private static final String DEMO = "demo";

    private final ProviderEndpoint endpoint;
    private final Clock clock;
    private final URI completions;
    private final HttpClient http;
    private final SelectorWaker waker;
    private final ListedModels listed;

    /**
     * @param endpoint with a base address including {@code /v1}
     */
    public OpenAiProvider(ProviderEndpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.completions = URI.create(endpoint.baseUrl() + "/chat/completions");
        this.http =
                HttpClient.newBuilder()
                        .connectTimeout(endpoint.patience().connect())
                        // Without TLS an upgrade to HTTP/2 would be tried on every connection,
                        // which small servers answer badly.
                        .version(
                                "https".equals(completions.getScheme())
                                        ? HttpClient.Version.HTTP_2
                                        : HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
        this.waker = new SelectorWaker(http);
        this.listed =
                new ListedModels(
                        endpoint.name(),
                        http,
                        authorized(
                                        HttpRequest.newBuilder(
                                                URI.create(endpoint.baseUrl() + "/models")))
                                .GET()
                                .build());
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public boolean serves(String model) {
        return exactness(model) >= 0;
    }

    @Override
    public int exactness(String model) {
        return model.equals(DEMO) || model.startsWith(DEMO + ":")
                ? -1
                : ModelNames.exactness(endpoint.models(), model);
    }

    @Override
    public boolean continues(String model) {
        return endpoint.continues();
    }

    /** Those of the configuration, else those that the service lists. */
    @Override
    public List<String> models() {
        List<String> configured = endpoint.literalModels();
        return configured.isEmpty()
                ? listed.known().stream().filter(this::serves).toList()
                : configured;
    }

    /** What the service lists. */
    public ListedModels listed() {
        return listed;
    }

    @Override
    public ModelStream open(ModelRequest request) {
        return new OpenAiStream(
                http,
                waker,
                post(request.named(endpoint.nameOf(request.model()))),
                endpoint.patience(),
                clock,
                request.deadline());
    }

    private HttpRequest post(ModelRequest request) {
        return authorized(HttpRequest.newBuilder(completions))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(CompletionBody.of(request)))
                .build();
    }

    private HttpRequest.Builder authorized(HttpRequest.Builder request) {
        String apiKey = endpoint.apiKey();
        if (apiKey != null) {
            request.header("Authorization", "Bearer " + apiKey);
        }
        return request;
    }
}

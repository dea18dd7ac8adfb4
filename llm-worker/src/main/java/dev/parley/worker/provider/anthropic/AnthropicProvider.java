package dev.parley.worker.provider.anthropic;

import com.anthropic.models.messages.ToolChoice;
import com.anthropic.models.messages.ToolChoiceNone;
import dev.parley.worker.provider.ModelNames;
import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderEndpoint;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.prompt.Prompt;

/** Anthropic's Messages API, by Spring AI. */
public final class AnthropicProvider implements ModelProvider {

    private static final String DEMO = "demo";

    /** The API wants a number where the message gives none. */
    private static final int MAX_TOKENS_DEFAULT = 4_096;

    private final ProviderEndpoint endpoint;
    private final Clock clock;
    private final OpenCalls calls = new OpenCalls();
    private final AnthropicChatModel model;

    static {
        // Spring AI reads each stream on a thread of Reactor's elastic pool, which holds ten for
        // each core unless told otherwise before its first use.
        setIfAbsent("reactor.schedulers.defaultBoundedElasticSize", "1000");
        setIfAbsent("reactor.schedulers.defaultBoundedElasticOnVirtualThreads", "true");
    }

    public AnthropicProvider(ProviderEndpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.model =
                AnthropicChatModel.builder()
                        .options(
                                AnthropicChatOptions.builder()
                                        .baseUrl(endpoint.baseUrl())
                                        .apiKey(endpoint.apiKey() == null ? "" : endpoint.apiKey())
                                        // The routes retry, and only before the first token.
                                        .maxRetries(0)
                                        .timeout(endpoint.patience().total())
                                        .build())
                        .httpClientBuilderCustomizer(http -> http.interceptor(calls))
                        .build();
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public boolean serves(String name) {
        return exactness(name) >= 0;
    }

    @Override
    public int exactness(String name) {
        return name.equals(DEMO) || name.startsWith(DEMO + ":")
                ? -1
                : ModelNames.exactness(endpoint.models(), name);
    }

    @Override
    public boolean continues(String name) {
        return endpoint.continues();
    }

    @Override
    public List<String> models() {
        return endpoint.literalModels();
    }

    @Override
    public ModelStream open(ModelRequest request) {
        String call = UUID.randomUUID().toString();
        AnthropicChatOptions.Builder options = new AnthropicChatOptions.Builder();
        options.model(endpoint.nameOf(request.model()))
                .maxTokens(request.maxTokens() == null ? MAX_TOKENS_DEFAULT : request.maxTokens())
                .httpHeaders(Map.of(OpenCalls.HEADER, call));
        if (request.temperature() != null) {
            options.temperature(request.temperature());
        }
        if (!request.tools().isEmpty()) {
            options.toolCallbacks(AnthropicMessages.tools(request.tools()));
            if (request.toolsBarred()) {
                options.toolChoice(ToolChoice.ofNone(ToolChoiceNone.builder().build()));
            }
        }
        Prompt prompt = new Prompt(AnthropicMessages.of(request), options.build());
        return new AnthropicStream(
                () -> model.stream(prompt),
                new AnthropicStream.Connection(calls.watch(call), () -> calls.forget(call)),
                endpoint.patience(),
                clock,
                request.deadline());
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}

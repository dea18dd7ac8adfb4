package dev.parley.worker.provider.anthropic;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.Patience;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.StreamEvent.FinishReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * One streamed answer. Responses of Spring AI's flux come through a bounded queue, so that a slow
 * reader slows the service, and are waited for with the provider's patience.
 */
final class AnthropicStream implements ModelStream {

    private static final int QUEUE_MAX = 64;

    /** The HTTP call, and what to do when it is over. */
    record Connection(OpenCalls.Watched call, Runnable forget) {}

    private sealed interface Signal {
        record Next(ChatResponse response) implements Signal {}

        record End(@Nullable Throwable failure) implements Signal {}
    }

    private final Supplier<Flux<ChatResponse>> source;
    private final Connection connection;
    private final Patience patience;
    private final Clock clock;
    private final Instant deadline;

    private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Queue<StreamEvent> events = new ArrayDeque<>();
    private final List<StreamEvent.ToolCall> calls = new ArrayList<>();

    private volatile @Nullable Disposable subscription;
    private volatile boolean closed;
    private long endsNanos;
    private boolean anything;
    private @Nullable FinishReason finishReason;

    AnthropicStream(
            Supplier<Flux<ChatResponse>> source,
            Connection connection,
            Patience patience,
            Clock clock,
            Instant deadline) {
        this.source = source;
        this.connection = connection;
        this.patience = patience;
        this.clock = clock;
        this.deadline = deadline;
    }

    @Override
    public StreamEvent next() throws ProviderException {
        if (closed) {
            throw ProviderException.incomplete(null);
        }
        if (subscription == null) {
            connect();
        }
        while (events.isEmpty()) {
            readMore();
        }
        return events.remove();
    }

    @Override
    public void close() {
        closed = true;
        connection.call().cancel();
        Disposable open = subscription;
        if (open != null) {
            open.dispose();
        }
        connection.forget().run();
        // Whoever waits for a signal is to see it at once; whoever waits for room is gone.
        signals.clear();
        signals.offer(new Signal.End(null));
    }

    private void connect() {
        Duration toDeadline = Duration.between(clock.instant(), deadline);
        Duration total = toDeadline.compareTo(patience.total()) < 0 ? toDeadline : patience.total();
        endsNanos = System.nanoTime() + total.toNanos();
        subscription =
                source.get()
                        .subscribe(
                                response -> put(new Signal.Next(response)),
                                failure -> put(new Signal.End(failure)),
                                () -> put(new Signal.End(null)));
        if (closed) {
            close();
        }
    }

    private void put(Signal signal) {
        try {
            while (!closed && !signals.offer(signal, 1, TimeUnit.SECONDS)) {
                // The reader is slow; looked at again so that a closed stream holds no thread.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readMore() throws ProviderException {
        Duration silence = anything ? patience.idle() : patience.firstByte();
        long wait = Math.min(silence.toNanos(), endsNanos - System.nanoTime());
        Signal signal;
        try {
            signal = wait <= 0 ? null : signals.poll(wait, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProviderException.incomplete(e);
        }
        if (closed) {
            throw ProviderException.incomplete(null);
        }
        switch (signal) {
            case null -> {
                boolean late = System.nanoTime() >= endsNanos;
                close();
                throw ProviderException.timeout(
                        late
                                ? "finish in time"
                                : "send anything for " + silence.toSeconds() + " seconds");
            }
            case Signal.Next(ChatResponse response) -> {
                anything = true;
                read(response);
            }
            case Signal.End(Throwable failure) -> end(failure);
        }
    }

    private void read(ChatResponse response) throws ProviderException {
        for (Generation generation : response.getResults()) {
            AssistantMessage message = generation.getOutput();
            String text = message.getText();
            if (text != null && !text.isEmpty()) {
                events.add(new StreamEvent.Text(text));
            }
            for (AssistantMessage.ToolCall call : message.getToolCalls()) {
                calls.add(
                        new StreamEvent.ToolCall(
                                call.id(),
                                call.name(),
                                call.arguments() == null || call.arguments().isBlank()
                                        ? "{}"
                                        : call.arguments()));
            }
            String reason = generation.getMetadata().getFinishReason();
            if (reason != null && !reason.isBlank()) {
                finishReason = finishReason(reason);
                usage(response.getMetadata().getUsage());
            }
        }
    }

    /** The API counts what its cache served beside the input; we count it as part of it. */
    private void usage(@Nullable Usage usage) {
        if (usage == null || usage.getPromptTokens() == null) {
            return;
        }
        long cached = orZero(usage.getCacheReadInputTokens());
        long input = usage.getPromptTokens() + cached + orZero(usage.getCacheWriteInputTokens());
        long output = usage.getCompletionTokens() == null ? 0 : usage.getCompletionTokens();
        if (input + output > 0) {
            events.add(new StreamEvent.Usage(new TokenUsage(input, output, cached, false)));
        }
    }

    private void end(@Nullable Throwable failure) throws ProviderException {
        FinishReason reason = finishReason;
        if (reason == null) {
            throw failure == null
                    ? ProviderException.incomplete(null)
                    : AnthropicFailures.of(failure, anything, clock);
        }
        if (reason == FinishReason.TOOL_CALLS || reason == FinishReason.STOP && !calls.isEmpty()) {
            events.addAll(calls);
            reason = FinishReason.TOOL_CALLS;
        }
        events.add(new StreamEvent.Finished(reason));
        connection.forget().run();
    }

    private static FinishReason finishReason(String reason) throws ProviderException {
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_use" -> FinishReason.TOOL_CALLS;
            case "refusal" ->
                    throw ProviderException.refused(
                            ErrorCode.UPSTREAM_ERROR,
                            "The model provider's filter refused this answer.");
            default -> FinishReason.STOP;
        };
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}

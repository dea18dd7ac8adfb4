package dev.parley.worker.provider.openai;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.HttpFailures;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.Patience;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.StreamEvent.FinishReason;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One streamed completion.
 *
 * <pre>
 * CREATED ──first next()──→ STREAMING ──finish_reason──→ FINISHED ──[DONE], end or patience──→ over
 *                              └─────end without finish_reason: upstream_incomplete
 * </pre>
 */
final class OpenAiStream implements ModelStream {

    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    /** For the usage that follows the finish; an answer that is complete waits no longer. */
    private static final Duration USAGE_PATIENCE = Duration.ofSeconds(2);

    private final HttpClient http;
    private final SelectorWaker waker;
    private final HttpRequest request;
    private final Patience patience;
    private final Clock clock;
    private final Instant deadline;

    private final BodyQueue body = new BodyQueue();
    private final ChunkReader chunks = new ChunkReader();
    private final SseReader sse;
    private final Queue<StreamEvent> events = new ArrayDeque<>();
    private final ToolCallParts toolCalls;

    private volatile @Nullable CompletableFuture<HttpResponse<BodyQueue>> exchange;
    private volatile boolean closed;
    private long endsNanos;
    private long silentFromNanos;
    private boolean anyByte;
    private boolean isWholeReply;
    private boolean over;
    private boolean callsGiven;
    private @Nullable FinishReason finishReason;
    private @Nullable ProviderException failure;

    OpenAiStream(
            HttpClient http,
            SelectorWaker waker,
            HttpRequest request,
            Patience patience,
            Clock clock,
            Instant deadline) {
        this.http = http;
        this.waker = waker;
        this.request = request;
        this.patience = patience;
        this.clock = clock;
        this.deadline = deadline;
        this.sse = new SseReader(patience.eventBytesMax());
        this.toolCalls = new ToolCallParts(patience.eventBytesMax());
    }

    @Override
    public StreamEvent next() throws ProviderException {
        if (exchange == null) {
            connect();
        }
        while (true) {
            if (closed) {
                throw ProviderException.incomplete(null);
            }
            StreamEvent event = events.poll();
            if (event != null) {
                return event;
            }
            if (failure != null) {
                throw failure;
            }
            if (over) {
                FinishReason reason = finishReason;
                if (reason == null) {
                    throw ProviderException.incomplete(null);
                }
                if (reason != FinishReason.LENGTH && !toolCalls.isEmpty()) {
                    return finishedWithCalls();
                }
                body.drop();
                return new StreamEvent.Finished(reason);
            }
            try {
                readMore();
            } catch (ProviderException e) {
                // After the text that came in the same part.
                failure = e;
            }
        }
    }

    /**
     * Services are seen that end calls of tools with {@code stop}. Arguments that were cut by the
     * length are of no use.
     */
    private StreamEvent finishedWithCalls() {
        if (!callsGiven) {
            callsGiven = true;
            events.addAll(toolCalls.whole());
            return events.remove();
        }
        body.drop();
        return new StreamEvent.Finished(FinishReason.TOOL_CALLS);
    }

    @Override
    public void close() {
        boolean wasOpen = !closed && !body.isOver();
        closed = true;
        disconnect();
        if (wasOpen) {
            waker.wake();
        }
    }

    private void disconnect() {
        CompletableFuture<HttpResponse<BodyQueue>> open = exchange;
        if (open != null) {
            open.cancel(true);
        }
        body.drop();
    }

    private void connect() throws ProviderException {
        Duration toDeadline = Duration.between(clock.instant(), deadline);
        Duration total = toDeadline.compareTo(patience.total()) < 0 ? toDeadline : patience.total();
        silentFromNanos = System.nanoTime();
        endsNanos = silentFromNanos + total.toNanos();
        CompletableFuture<HttpResponse<BodyQueue>> open = http.sendAsync(request, info -> body);
        exchange = open;
        // A close that came meanwhile saw nothing to close.
        if (closed) {
            disconnect();
        }
        HttpResponse<BodyQueue> response = await(open);
        if (response.statusCode() != 200) {
            disconnect();
            throw HttpFailures.ofStatus(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After").orElse(null),
                    clock);
        }
        isWholeReply =
                response.headers()
                        .firstValue("Content-Type")
                        .map(type -> type.toLowerCase(Locale.ROOT))
                        .filter(type -> type.startsWith("application/json"))
                        .isPresent();
    }

    private HttpResponse<BodyQueue> await(CompletableFuture<HttpResponse<BodyQueue>> open)
            throws ProviderException {
        try {
            return open.get(patienceNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            disconnect();
            throw silence();
        } catch (CancellationException e) {
            throw ProviderException.incomplete(e);
        } catch (ExecutionException e) {
            if (closed) {
                throw ProviderException.incomplete(e);
            }
            throw HttpFailures.ofConnection(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProviderException.incomplete(e);
        }
    }

    /** How long the next byte may take. */
    private long patienceNanos() {
        long now = System.nanoTime();
        Duration silence;
        if (finishReason != null) {
            silence = USAGE_PATIENCE;
        } else {
            silence = anyByte ? patience.idle() : patience.firstByte();
        }
        return Math.max(0, Math.min(silentFromNanos + silence.toNanos(), endsNanos) - now);
    }

    private ProviderException silence() {
        if (System.nanoTime() >= endsNanos) {
            return ProviderException.timeout("finish in time");
        }
        Duration waited = anyByte ? patience.idle() : patience.firstByte();
        return ProviderException.timeout("send anything for " + waited.toSeconds() + " seconds");
    }

    private void readMore() throws ProviderException {
        BodyQueue.Part part;
        try {
            part = System.nanoTime() >= endsNanos ? null : body.poll(patienceNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProviderException.incomplete(e);
        }
        if (part == null) {
            if (finishReason == null) {
                disconnect();
                throw silence();
            }
            over = true;
            return;
        }
        switch (part) {
            case BodyQueue.Part.Bytes(var buffers) -> {
                anyByte = true;
                silentFromNanos = System.nanoTime();
                for (ByteBuffer buffer : buffers) {
                    parse(buffer);
                }
            }
            case BodyQueue.Part.End() -> {
                parseEnd();
                over = true;
            }
            case BodyQueue.Part.Broken(Throwable cause) -> {
                if (finishReason == null) {
                    throw ProviderException.incomplete(cause);
                }
                over = true;
            }
            case BodyQueue.Part.Dropped() -> throw ProviderException.incomplete(null);
        }
    }

    private void parse(ByteBuffer buffer) throws ProviderException {
        try {
            if (isWholeReply) {
                whole.take(buffer, patience.eventBytesMax());
            } else {
                sse.feed(buffer, this::onData);
            }
        } catch (SseReader.OverlongEventException e) {
            throw unreadable(e);
        }
    }

    private void parseEnd() throws ProviderException {
        if (isWholeReply) {
            onData(whole.bytes(), 0, whole.length());
        } else {
            try {
                sse.end(this::onLastData);
            } catch (SseReader.OverlongEventException e) {
                throw unreadable(e);
            }
        }
    }

    private final WholeReply whole = new WholeReply();

    /** A service that does not stream answers in one piece. */
    private static final class WholeReply {
        private byte[] bytes = new byte[4096];
        private int length;

        void take(ByteBuffer buffer, int bytesMax) {
            int more = buffer.remaining();
            if (length + more > bytesMax) {
                throw new SseReader.OverlongEventException(bytesMax);
            }
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
            }
            buffer.get(bytes, length, more);
            length += more;
        }

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }
    }

    private void onData(byte[] bytes, int offset, int length) throws ProviderException {
        try {
            readData(bytes, offset, length);
        } catch (ChunkReader.MalformedChunkException e) {
            throw unreadable(e);
        }
    }

    /** What stands without its closing blank line may be cut anywhere. */
    private void onLastData(byte[] bytes, int offset, int length) throws ProviderException {
        try {
            readData(bytes, offset, length);
        } catch (ChunkReader.MalformedChunkException e) {
            throw ProviderException.incomplete(e);
        }
    }

    private void readData(byte[] bytes, int offset, int length)
            throws ProviderException, ChunkReader.MalformedChunkException {
        if (over || length == 0) {
            return;
        }
        if (Arrays.equals(bytes, offset, offset + length, DONE, 0, DONE.length)) {
            over = true;
            return;
        }
        ChunkReader.Chunk chunk = chunks.read(bytes, offset, length);
        if (chunk.error) {
            throw ProviderException.passing(
                    ErrorCode.UPSTREAM_ERROR, "The model provider reported an error.", null);
        }
        String text = chunk.text;
        if (text != null && !text.isEmpty()) {
            events.add(new StreamEvent.Text(text));
        }
        for (ToolCallParts.Part part : chunk.toolCalls) {
            if (!toolCalls.add(part)) {
                throw unreadable(new IllegalStateException("the model asks for more than is read"));
            }
        }
        if (chunk.usage) {
            events.add(
                    new StreamEvent.Usage(
                            new TokenUsage(
                                    chunk.promptTokens,
                                    chunk.completionTokens,
                                    Math.min(chunk.cachedTokens, chunk.promptTokens),
                                    false)));
        }
        if (chunk.finishReason != null) {
            finishReason = finishReason(chunk.finishReason);
        }
    }

    private static FinishReason finishReason(String reason) throws ProviderException {
        return switch (reason) {
            case "length" -> FinishReason.LENGTH;
            case "content_filter" ->
                    throw ProviderException.refused(
                            ErrorCode.UPSTREAM_ERROR,
                            "The model provider's filter refused this answer.");
            default -> FinishReason.STOP;
        };
    }

    private static ProviderException unreadable(Throwable cause) {
        return ProviderException.passing(
                ErrorCode.UPSTREAM_ERROR,
                "The model provider sent something that cannot be read.",
                cause);
    }
}

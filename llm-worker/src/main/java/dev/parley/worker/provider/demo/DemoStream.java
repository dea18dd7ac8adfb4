package dev.parley.worker.provider.demo;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.StreamEvent.FinishReason;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Plays a text at a pace that does not drift, and fails where its behaviour says so. */
final class DemoStream implements ModelStream {

    /** "The middle" of an answer that fails there. */
    private static final int TOKENS_BEFORE_FAILURE = 5;

    private static final int SLOW_TOKENS_PER_SECOND = 5;

    private final ModelRequest request;
    private final DemoBehaviour behaviour;
    private final String text;
    private final Duration silenceTimeout;
    private final Clock clock;
    private final long firstDelayNanos;
    private final long tokenNanos;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Queue<StreamEvent> last = new ArrayDeque<>();
    private WordPieces pieces;
    private long startedNanos;
    private long tokens;

    DemoStream(
            ModelRequest request,
            DemoBehaviour behaviour,
            String text,
            DemoSettings settings,
            Duration silenceTimeout,
            Clock clock) {
        this.request = request;
        this.behaviour = behaviour;
        this.text = text;
        this.pieces = new WordPieces(text);
        this.silenceTimeout = silenceTimeout;
        this.clock = clock;
        int tokensPerSecond =
                switch (behaviour) {
                    case FAST -> 0;
                    case SLOW -> SLOW_TOKENS_PER_SECOND;
                    default -> settings.tokensPerSecond();
                };
        this.tokenNanos =
                tokensPerSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / tokensPerSecond;
        this.firstDelayNanos =
                behaviour == DemoBehaviour.FAST ? 0 : settings.firstTokenDelay().toNanos();
    }

    @Override
    public StreamEvent next() throws ProviderException {
        requireOpen();
        if (!last.isEmpty()) {
            return last.remove();
        }
        if (startedNanos == 0) {
            startedNanos = System.nanoTime();
        }
        failIfTold();
        Integer maxTokens = request.maxTokens();
        if (maxTokens != null && tokens >= maxTokens) {
            return finish(FinishReason.LENGTH);
        }
        if (!pieces.hasNext()) {
            if (behaviour != DemoBehaviour.LONG || text.isBlank()) {
                return finish(FinishReason.STOP);
            }
            pieces = new WordPieces("\n\n" + text);
        }
        awaitTurn();
        tokens++;
        return new StreamEvent.Text(pieces.next());
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void failIfTold() throws ProviderException {
        boolean inTheMiddle = tokens >= TOKENS_BEFORE_FAILURE || tokens > 0 && !pieces.hasNext();
        switch (behaviour) {
            case NORMAL, FAST, SLOW, LONG, ECHO, NO_USAGE -> {}
            case FAIL_BEFORE ->
                    throw ProviderException.lasting(
                            ErrorCode.UPSTREAM_ERROR,
                            "The demonstration model failed, as it was told to.");
            case FAIL_DURING -> {
                if (inTheMiddle) {
                    throw ProviderException.lasting(
                            ErrorCode.UPSTREAM_ERROR,
                            "The demonstration model failed, as it was told to.");
                }
            }
            case CUT -> {
                if (inTheMiddle) {
                    throw ProviderException.incomplete(null);
                }
            }
            case STALL_BEFORE -> stall();
            case STALL -> {
                if (inTheMiddle) {
                    stall();
                }
            }
            case TOO_MANY ->
                    throw ProviderException.busy(
                            "The demonstration model is busy, as it was told to be.",
                            Duration.ofSeconds(7));
            case FILTER ->
                    throw ProviderException.lasting(
                            ErrorCode.UPSTREAM_ERROR,
                            "The provider's filter refused to answer this.");
        }
    }

    private void stall() throws ProviderException {
        pause(silenceTimeout.toNanos());
        throw ProviderException.timeout(
                "send anything for " + silenceTimeout.toSeconds() + " seconds");
    }

    private void awaitTurn() throws ProviderException {
        long due = startedNanos + firstDelayNanos + tokens * tokenNanos;
        long wait = due - System.nanoTime();
        if (wait > 0) {
            pause(wait);
        }
        if (clock.instant().isAfter(request.deadline())) {
            throw ProviderException.timeout("finish in time");
        }
    }

    private void pause(long nanos) throws ProviderException {
        long toDeadline = Duration.between(clock.instant(), request.deadline()).toNanos();
        try {
            if (closed.await(Math.min(nanos, Math.max(0, toDeadline)), TimeUnit.NANOSECONDS)) {
                throw ProviderException.incomplete(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProviderException.incomplete(e);
        }
    }

    private void requireOpen() throws ProviderException {
        if (closed.getCount() == 0) {
            throw ProviderException.incomplete(null);
        }
    }

    private StreamEvent finish(FinishReason reason) {
        StreamEvent finished = new StreamEvent.Finished(reason);
        if (behaviour == DemoBehaviour.NO_USAGE) {
            return finished;
        }
        last.add(finished);
        long input = 0;
        for (ChatMessage message : request.messages()) {
            input += WordPieces.count(message.content());
        }
        return new StreamEvent.Usage(new TokenUsage(input, tokens, 0, false));
    }
}

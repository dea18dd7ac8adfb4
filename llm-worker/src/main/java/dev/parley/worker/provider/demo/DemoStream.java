package dev.parley.worker.provider.demo;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.StreamEvent.FinishReason;
import dev.parley.worker.provider.StreamEvent.ToolCall;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Plays a text at a pace that does not drift, and fails where its behaviour says so. */
final class DemoStream implements ModelStream {

    /** "The middle" of an answer that fails there. */
    private static final int TOKENS_BEFORE_FAILURE = 5;

    private static final int SLOW_TOKENS_PER_SECOND = 5;

    private final ModelRequest request;
    private final DemoCommand command;
    private final String text;
    private final List<ToolCall> calls;
    private final Duration silenceTimeout;
    private final Clock clock;
    private final long firstDelayNanos;
    private final long tokenNanos;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Queue<StreamEvent> last = new ArrayDeque<>();
    private WordPieces pieces;
    private long startedNanos;
    private long tokens;
    private long alreadySaid;

    /**
     * @param calls asked for instead of the text; empty: the text is said
     */
    DemoStream(
            ModelRequest request,
            DemoCommand command,
            String text,
            List<ToolCall> calls,
            DemoSettings settings,
            Duration silenceTimeout,
            Clock clock) {
        this.request = request;
        this.command = command;
        this.text = text;
        this.calls = calls;
        this.silenceTimeout = silenceTimeout;
        this.clock = clock;
        Integer pace = command.tokensPerSecond();
        Duration delay = command.firstTokenDelay();
        int tokensPerSecond =
                pace != null
                        ? pace
                        : switch (command.behaviour()) {
                            case FAST -> 0;
                            case SLOW -> SLOW_TOKENS_PER_SECOND;
                            default -> settings.tokensPerSecond();
                        };
        this.tokenNanos =
                tokensPerSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / tokensPerSecond;
        this.firstDelayNanos =
                delay != null
                        ? delay.toNanos()
                        : command.behaviour() == DemoBehaviour.FAST
                                ? 0
                                : settings.firstTokenDelay().toNanos();
        this.pieces = new WordPieces(text);
        skip(request.started());
    }

    /** Goes on after what was said already, where that is how this text begins. */
    private void skip(String started) {
        int skipped = 0;
        WordPieces begun = new WordPieces(text);
        while (skipped < started.length() && begun.hasNext()) {
            String piece = begun.next();
            if (!started.startsWith(piece, skipped)) {
                break;
            }
            skipped += piece.length();
            tokens++;
        }
        if (skipped == started.length()) {
            pieces = begun;
        } else {
            // Part of a piece, or of a text that is said again and again.
            String rest =
                    text.startsWith(started) ? text.substring(started.length()) : "\n\n" + text;
            pieces = new WordPieces(rest);
        }
        alreadySaid = tokens;
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
        if (!calls.isEmpty()) {
            awaitTurn();
            last.addAll(calls.subList(1, calls.size()));
            end(FinishReason.TOOL_CALLS);
            return calls.getFirst();
        }
        Integer maxTokens = request.maxTokens();
        if (maxTokens != null && tokens - alreadySaid >= maxTokens) {
            return finish(FinishReason.LENGTH);
        }
        Integer length = command.tokens();
        if (length != null && tokens >= length) {
            return finish(FinishReason.STOP);
        }
        if (!pieces.hasNext()) {
            boolean goesOn = command.behaviour() == DemoBehaviour.LONG || length != null;
            if (!goesOn || text.isBlank()) {
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
        long said = tokens - alreadySaid;
        boolean inTheMiddle = said >= TOKENS_BEFORE_FAILURE || said > 0 && !pieces.hasNext();
        switch (command.behaviour()) {
            case NORMAL, FAST, SLOW, LONG, ECHO, NO_USAGE, FLAKY -> {}
            case FAIL_BEFORE -> throw failed();
            case UNAVAILABLE ->
                    throw ProviderException.passing(
                            ErrorCode.UPSTREAM_ERROR,
                            "The demonstration model cannot be reached, as it was told.",
                            null);
            case FAIL_DURING -> {
                if (inTheMiddle) {
                    throw failed();
                }
            }
            case CUT_BEFORE -> throw ProviderException.incomplete(null);
            case CUT -> {
                if (inTheMiddle) {
                    throw ProviderException.incomplete(null);
                }
            }
            case GARBLED -> {
                if (inTheMiddle) {
                    throw ProviderException.passing(
                            ErrorCode.UPSTREAM_ERROR,
                            "The demonstration model sent something that cannot be read.",
                            null);
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
            case REFUSED ->
                    throw ProviderException.lasting(
                            ErrorCode.UPSTREAM_ERROR,
                            "The model provider refused this system's credentials.");
            case FILTER ->
                    throw ProviderException.refused(
                            ErrorCode.UPSTREAM_ERROR,
                            "The provider's filter refused to answer this.");
        }
    }

    private static ProviderException failed() {
        return ProviderException.lasting(
                ErrorCode.UPSTREAM_ERROR, "The demonstration model failed, as it was told to.");
    }

    private void stall() throws ProviderException {
        pause(silenceTimeout.toNanos());
        throw ProviderException.timeout(
                "send anything for " + silenceTimeout.toSeconds() + " seconds");
    }

    private void awaitTurn() throws ProviderException {
        long due = startedNanos + firstDelayNanos + (tokens - alreadySaid) * tokenNanos;
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
        end(reason);
        return last.remove();
    }

    private void end(FinishReason reason) {
        if (command.behaviour() != DemoBehaviour.NO_USAGE) {
            long input = 0;
            for (ChatMessage message : request.messages()) {
                input += WordPieces.count(message.content());
            }
            long output = tokens - alreadySaid + calls.size();
            last.add(new StreamEvent.Usage(new TokenUsage(input, output, 0, false)));
        }
        last.add(new StreamEvent.Finished(reason));
    }
}

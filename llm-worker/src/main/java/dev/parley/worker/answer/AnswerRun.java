package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.schemas.record.ResultEvent.AttemptStarted;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.Providers.Route;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.TokenEstimate;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One attempt at one answer.
 *
 * <p>Order of what is published: AttemptStarted; a {@code restart} frame if there was an earlier
 * attempt; tokens; then, when the broker has acknowledged every frame, the terminal result. Only a
 * terminal that the broker acknowledged lets the job be accepted. A cancelled run ends by its cause
 * and not by the failure that closing the stream brings about.
 */
public final class AnswerRun {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerRun.class);
    private static final String OK = "ok";
    private static final String FAILED = "error";

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final FlowRecorder.Of message;
    private final Instant startedAt;

    private final AtomicReference<@Nullable CancelCause> cancelled = new AtomicReference<>();
    private volatile @Nullable ModelStream stream;

    private String model;
    private @Nullable TokenUsage reportedUsage;
    private @Nullable Instant firstTokenAt;
    private long calledNanos;
    private Instant calledAt;

    public AnswerRun(AnswerContext context, JobDelivery delivery) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer =
                new AnswerWriter(
                        context.lane(),
                        context.outbound(),
                        job,
                        delivery.attempt(),
                        context.limits().mergeWindow(),
                        context.flusher());
        this.message = new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId());
        this.startedAt = delivery.receivedAt();
        this.calledAt = startedAt;
        this.model = job.model() == null ? "" : job.model();
    }

    public JobDelivery delivery() {
        return delivery;
    }

    /** Ends the run soon, whatever it waits for. The first cause counts. Any thread. */
    public void cancel(CancelCause cause) {
        cancelled.compareAndSet(null, cause);
        ModelStream open = stream;
        if (open != null) {
            open.close();
        }
    }

    /** Makes the answer; returns when its end is in the log, or is another worker's. */
    public Disposition run() {
        if (!context.clock().instant().isBefore(job.deadline())) {
            // The orchestrator has ended it; nobody waits for a word from here.
            return Disposition.ACCEPT;
        }
        var attemptStarted =
                context.results()
                        .publish(
                                new AttemptStarted(
                                        job.messageId(),
                                        job.userId(),
                                        delivery.attempt(),
                                        context.worker(),
                                        startedAt),
                                delivery.traceparent());
        if (delivery.attempt() > 1) {
            writer.restart();
        }
        checkpoint(
                Checkpoint.WORKER_STARTED,
                startedAt,
                Duration.ZERO,
                OK,
                Map.of("attempt", Integer.toString(delivery.attempt())));
        End end = answer();
        if (attemptStarted.isCompletedExceptionally()) {
            return Disposition.RELEASE;
        }
        return conclude(end);
    }

    /** How the stream of the provider ended. */
    private sealed interface End {
        record Completed(String finishReason) implements End {}

        record Failed(ErrorCode code, String text, @Nullable Duration retryAfter) implements End {}

        record GivenUp() implements End {}
    }

    private End answer() {
        if (delivery.attempt() > context.limits().attemptsMax()) {
            return new End.Failed(
                    ErrorCode.WORKER_LOST,
                    "The answer was lost as often as it was begun. Please ask again.",
                    null);
        }
        Route route = null;
        try {
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            route = context.providers().route(job.model());
            model = route.model();
            return read(route);
        } catch (ProviderException e) {
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            if (route != null) {
                context.providers().failed(route, e);
                LOG.info(
                        "provider {} failed for {}: {}",
                        route.provider().name(),
                        job.messageId(),
                        e.code().code(),
                        e.getCause());
            }
            return new End.Failed(e.code(), e.publicText(), e.retryAfter());
        } catch (RuntimeException e) {
            LOG.error("the answer of {} failed", job.messageId(), e);
            return new End.Failed(
                    ErrorCode.INTERNAL,
                    "The answer failed here, not at the model. Reference: " + job.messageId(),
                    null);
        }
    }

    private End read(Route route) throws ProviderException {
        calledAt = context.clock().instant();
        calledNanos = System.nanoTime();
        try (ModelStream open = context.providers().open(route, request(route))) {
            stream = open;
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            long texts = 0;
            while (true) {
                switch (open.next()) {
                    case StreamEvent.Text(String text) -> {
                        if (firstTokenAt == null) {
                            onFirstToken(route);
                        }
                        writer.append(text);
                        if (isOverLimit(++texts)) {
                            return new End.Completed("length");
                        }
                    }
                    // Nothing was offered, so whatever it asks for is not run.
                    case StreamEvent.ToolCall _ -> {}
                    case StreamEvent.Usage(TokenUsage usage) -> reportedUsage = usage;
                    case StreamEvent.Finished(StreamEvent.FinishReason reason) -> {
                        return new End.Completed(
                                switch (reason) {
                                    case STOP, TOOL_CALLS -> "stop";
                                    case LENGTH -> "length";
                                });
                    }
                }
                if (cancelled.get() != null) {
                    return cancelledEnd();
                }
            }
        } finally {
            stream = null;
        }
    }

    /**
     * A provider that ignores max_tokens is cut: each piece of text carries at least one token, so
     * more pieces than tokens are too many. A lane that lost a frame needs no more of them either.
     */
    private boolean isOverLimit(long texts) {
        Integer maxTokens = job.maxTokens();
        return maxTokens != null && texts > maxTokens
                || writer.length() >= context.limits().answerCharsMax()
                || writer.failure() != null;
    }

    private ModelRequest request(Route route) {
        return new ModelRequest(
                route.model(), job.messages(), job.maxTokens(), job.temperature(), job.deadline());
    }

    private void onFirstToken(Route route) {
        Duration thinking = Duration.ofNanos(System.nanoTime() - calledNanos);
        firstTokenAt = context.clock().instant();
        context.meters()
                .timer("parley.worker.first.token", "provider", route.provider().name())
                .record(thinking);
        checkpoint(Checkpoint.LLM_THINKING, calledAt, thinking, OK, Map.of("model", model));
        checkpoint(Checkpoint.FIRST_TOKEN, firstTokenAt, Duration.ZERO, OK, Map.of());
    }

    private End cancelledEnd() {
        CancelCause cause = cancelled.get();
        return cause == CancelCause.STOPPED ? new End.Completed("stopped") : new End.GivenUp();
    }

    private Disposition conclude(End end) {
        if (end instanceof End.GivenUp) {
            return Disposition.RELEASE;
        }
        writer.end();
        try {
            return switch (end) {
                case End.Completed(String finishReason) -> {
                    writer.awaitAcknowledged(context.limits().acknowledgeTimeout());
                    yield completed(finishReason);
                }
                case End.Failed failed -> {
                    awaitFramesOfFailure();
                    yield failed(failed);
                }
                case End.GivenUp() -> Disposition.RELEASE;
            };
        } catch (KafkaException | TimeoutException e) {
            LOG.warn("frames of {} did not reach their lane: {}", job.messageId(), e.toString());
            return tryFailed(
                    new End.Failed(
                            ErrorCode.UNAVAILABLE,
                            "The answer could not be delivered. Please ask again.",
                            null));
        } catch (ExecutionException e) {
            LOG.warn("the end of {} could not be published", job.messageId(), e.getCause());
            return Disposition.RELEASE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Disposition.RELEASE;
        }
    }

    /** A failure stands even where its partial text did not reach the lane whole. */
    private void awaitFramesOfFailure() throws InterruptedException {
        try {
            writer.awaitAcknowledged(context.limits().acknowledgeTimeout());
        } catch (KafkaException | TimeoutException e) {
            LOG.warn("frames of {} did not reach their lane: {}", job.messageId(), e.toString());
        }
    }

    private Disposition tryFailed(End.Failed failed) {
        try {
            return failed(failed);
        } catch (ExecutionException | TimeoutException e) {
            return Disposition.RELEASE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Disposition.RELEASE;
        }
    }

    private Disposition completed(String finishReason)
            throws ExecutionException, TimeoutException, InterruptedException {
        String answer = writer.text();
        TokenUsage usage = usage(answer);
        Instant endedAt = context.clock().instant();
        llmComplete(OK, Map.of("finish_reason", finishReason, "model", model), usage);
        count(finishReason, usage);
        context.results()
                .publish(
                        new AnswerCompleted(
                                job.messageId(),
                                job.userId(),
                                delivery.attempt(),
                                answer,
                                finishReason,
                                model,
                                usage,
                                0,
                                List.of(),
                                1,
                                startedAt,
                                firstTokenAt,
                                endedAt,
                                context.worker()),
                        delivery.traceparent())
                .get(acknowledgeMs(), TimeUnit.MILLISECONDS);
        return Disposition.ACCEPT;
    }

    private Disposition failed(End.Failed failed)
            throws ExecutionException, TimeoutException, InterruptedException {
        String partial = writer.text();
        boolean called = calledNanos != 0;
        TokenUsage usage = called ? usage(partial) : TokenUsage.NONE;
        Instant endedAt = context.clock().instant();
        if (called && firstTokenAt == null) {
            Duration thinking = Duration.ofNanos(System.nanoTime() - calledNanos);
            checkpoint(Checkpoint.LLM_THINKING, calledAt, thinking, FAILED, Map.of("model", model));
        }
        llmComplete(FAILED, Map.of("code", failed.code().code(), "model", model), usage);
        count(failed.code().code(), usage);
        Duration retryAfter = failed.retryAfter();
        context.results()
                .publish(
                        new AnswerFailed(
                                job.messageId(),
                                job.userId(),
                                delivery.attempt(),
                                failed.code(),
                                failed.text(),
                                retryAfter == null ? null : Math.max(1, retryAfter.toSeconds()),
                                partial,
                                model,
                                usage,
                                startedAt,
                                firstTokenAt,
                                endedAt,
                                context.worker()),
                        delivery.traceparent())
                .get(acknowledgeMs(), TimeUnit.MILLISECONDS);
        return Disposition.ACCEPT;
    }

    private TokenUsage usage(String answer) {
        TokenUsage reported = reportedUsage;
        if (reported != null) {
            return reported;
        }
        return calledNanos == 0
                ? new TokenUsage(0, 0, 0, true)
                : TokenEstimate.of(job.messages(), answer);
    }

    private void llmComplete(String status, Map<String, String> detail, TokenUsage usage) {
        Duration took =
                calledNanos == 0
                        ? Duration.ZERO
                        : Duration.ofNanos(System.nanoTime() - calledNanos);
        checkpoint(Checkpoint.LLM_COMPLETE, calledAt, took, status, detail);
        context.meters().counter("parley.worker.tokens", "kind", "input").increment(usage.input());
        context.meters()
                .counter("parley.worker.tokens", "kind", "output")
                .increment(usage.output());
    }

    private void count(String outcome, TokenUsage usage) {
        context.meters().counter("parley.worker.answers", "outcome", outcome).increment();
        LOG.debug("{} ended with {}, {} tokens", job.messageId(), outcome, usage.total());
    }

    private long acknowledgeMs() {
        return context.limits().acknowledgeTimeout().toMillis();
    }

    private void checkpoint(
            String name, Instant at, Duration took, String status, Map<String, String> detail) {
        context.flow().record(message, name, at, took, status, detail);
    }
}

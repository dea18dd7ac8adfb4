package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.schemas.record.ResultEvent.AnswerParked;
import dev.parley.schemas.record.ResultEvent.AttemptStarted;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.Providers.Route;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.TokenEstimate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final ToolRounds rounds;
    private final FlowRecorder.Of message;
    private final Instant startedAt;

    private final AtomicReference<@Nullable CancelCause> cancelled = new AtomicReference<>();
    private volatile @Nullable ModelStream stream;

    private String model;
    private @Nullable TokenUsage reportedUsage;
    private @Nullable Instant firstTokenAt;
    private long calledNanos;
    private Instant calledAt;
    private boolean thought;
    private int roundStart;

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
        this.rounds = new ToolRounds(context, delivery, writer);
        this.message = new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId());
        ParkedAnswer parked = job.parked();
        if (parked != null) {
            writer.resume(parked.answer(), parked.seq());
            firstTokenAt = parked.firstTokenAt();
        }
        this.startedAt = parked == null ? delivery.receivedAt() : parked.startedAt();
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
        rounds.cancel();
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
        if (delivery.delivery() > 1) {
            writer.restart();
        }
        checkpoint(
                Checkpoint.WORKER_STARTED,
                delivery.receivedAt(),
                Duration.ZERO,
                OK,
                Map.of("attempt", Integer.toString(delivery.attempt())));
        End end = answer();
        if (attemptStarted.isCompletedExceptionally()) {
            return Disposition.RELEASE;
        }
        return conclude(end);
    }

    private End answer() {
        if (delivery.delivery() > context.limits().attemptsMax()) {
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
            return converse(route);
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new End.GivenUp();
        } catch (RuntimeException e) {
            LOG.error("the answer of {} failed", job.messageId(), e);
            return new End.Failed(
                    ErrorCode.INTERNAL,
                    "The answer failed here, not at the model. Reference: " + job.messageId(),
                    null);
        }
    }

    /** Calls the model, and again with the results of the tools that it asks for. */
    private End converse(Route route) throws ProviderException, InterruptedException {
        rounds.decided();
        while (cancelled.get() == null) {
            if (!rounds.fits()) {
                return new End.Completed("length");
            }
            reportedUsage = null;
            roundStart = writer.length();
            End end = read(route);
            if (!(end instanceof End.ToolsAsked(var calls))) {
                return end;
            }
            boolean barred = rounds.barred();
            finishRound("tool_calls");
            if (barred) {
                // It was told not to, and asks again: there is no further round.
                return new End.Completed("length");
            }
            if (!rounds.run(calls) && cancelled.get() == null) {
                return new End.Parked();
            }
        }
        return cancelledEnd();
    }

    private End read(Route route) throws ProviderException {
        calledAt = context.clock().instant();
        calledNanos = System.nanoTime();
        thought = false;
        List<StreamEvent.ToolCall> calls = new ArrayList<>();
        try (ModelStream open = context.providers().open(route, request(route))) {
            stream = open;
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            long texts = 0;
            while (true) {
                switch (open.next()) {
                    case StreamEvent.Text(String text) -> {
                        onThought();
                        if (firstTokenAt == null) {
                            onFirstToken(route);
                        }
                        writer.append(text);
                        if (isOverLimit(++texts)) {
                            return new End.Completed("length");
                        }
                    }
                    case StreamEvent.ToolCall call -> {
                        onThought();
                        calls.add(call);
                    }
                    case StreamEvent.Usage(TokenUsage usage) -> reportedUsage = usage;
                    case StreamEvent.Finished(StreamEvent.FinishReason reason) -> {
                        if (!calls.isEmpty() && reason != StreamEvent.FinishReason.LENGTH) {
                            return new End.ToolsAsked(calls);
                        }
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
        Integer maxTokens = rounds.maxTokens();
        return maxTokens != null && texts > maxTokens
                || writer.length() >= context.limits().answerCharsMax()
                || writer.failure() != null;
    }

    private ModelRequest request(Route route) {
        return new ModelRequest(
                route.model(),
                rounds.messages(),
                rounds.maxTokens(),
                job.temperature(),
                job.deadline(),
                rounds.specs(),
                "",
                rounds.barred());
    }

    /** The first that came of a call of the model, be it text or a call of a tool. */
    private void onThought() {
        if (!thought) {
            thought = true;
            Duration thinking = Duration.ofNanos(System.nanoTime() - calledNanos);
            checkpoint(Checkpoint.LLM_THINKING, calledAt, thinking, OK, Map.of("model", model));
        }
    }

    private void onFirstToken(Route route) {
        firstTokenAt = context.clock().instant();
        context.meters()
                .timer("parley.worker.first.token", "provider", route.provider().name())
                .record(Duration.ofNanos(System.nanoTime() - calledNanos));
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
                case End.Parked() -> {
                    writer.awaitAcknowledged(context.limits().acknowledgeTimeout());
                    yield parked();
                }
                case End.ToolsAsked _ ->
                        throw new IllegalStateException("an answer does not end in a question");
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
        finishRound(finishReason);
        TokenUsage usage = rounds.spent();
        count(finishReason, usage);
        return publish(
                new AnswerCompleted(
                        job.messageId(),
                        job.userId(),
                        delivery.attempt(),
                        writer.text(),
                        finishReason,
                        model,
                        usage,
                        rounds.calls(),
                        rounds.used(),
                        Math.max(1, rounds.iterations()),
                        startedAt,
                        firstTokenAt,
                        context.clock().instant(),
                        context.worker()));
    }

    private Disposition parked() throws ExecutionException, TimeoutException, InterruptedException {
        count("parked", rounds.spent());
        return publish(
                new AnswerParked(
                        job.messageId(),
                        job.userId(),
                        delivery.attempt(),
                        rounds.parked(startedAt, firstTokenAt),
                        context.clock().instant(),
                        context.worker()));
    }

    private Disposition failed(End.Failed failed)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (isCalling() && !thought) {
            Duration thinking = Duration.ofNanos(System.nanoTime() - calledNanos);
            checkpoint(Checkpoint.LLM_THINKING, calledAt, thinking, FAILED, Map.of("model", model));
        }
        TokenUsage round = isCalling() ? roundUsage() : TokenUsage.NONE;
        llmComplete(FAILED, Map.of("code", failed.code().code(), "model", model), round);
        if (isCalling()) {
            rounds.spent(round);
            calledNanos = 0;
        }
        TokenUsage usage = rounds.spent();
        count(failed.code().code(), usage);
        Duration retryAfter = failed.retryAfter();
        return publish(
                new AnswerFailed(
                        job.messageId(),
                        job.userId(),
                        delivery.attempt(),
                        failed.code(),
                        failed.text(),
                        retryAfter == null ? null : Math.max(1, retryAfter.toSeconds()),
                        writer.text(),
                        model,
                        usage,
                        startedAt,
                        firstTokenAt,
                        context.clock().instant(),
                        context.worker()));
    }

    /** The job is over when the broker has this, and all results of tools before it. */
    private Disposition publish(ResultEvent end)
            throws ExecutionException, TimeoutException, InterruptedException {
        context.results()
                .publish(end, delivery.traceparent())
                .get(acknowledgeMs(), TimeUnit.MILLISECONDS);
        return rounds.isUnrecorded() ? Disposition.RELEASE : Disposition.ACCEPT;
    }

    private boolean isCalling() {
        return calledNanos != 0;
    }

    /** A call of the model is over, and what it used is summed. */
    private void finishRound(String finishReason) {
        if (isCalling()) {
            TokenUsage usage = roundUsage();
            llmComplete(OK, Map.of("finish_reason", finishReason, "model", model), usage);
            rounds.spent(usage);
            calledNanos = 0;
        } else if (rounds.iterations() == 0) {
            // Stopped before the model was called.
            llmComplete(OK, Map.of("finish_reason", finishReason, "model", model), TokenUsage.NONE);
        }
    }

    private TokenUsage roundUsage() {
        TokenUsage reported = reportedUsage;
        return reported == null
                ? TokenEstimate.of(rounds.messages(), writer.text().substring(roundStart))
                : reported;
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

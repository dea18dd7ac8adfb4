package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ResultEvent.AttemptStarted;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.context.ContextWindow;
import dev.parley.worker.guard.Guard;
import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.Providers.Route;
import dev.parley.worker.provider.RoutedStream;
import dev.parley.worker.provider.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
 * <p>Order of what is published: AttemptStarted, acknowledged; a {@code restart} frame if there was
 * an earlier attempt; tokens; then, when the broker has acknowledged every frame, the terminal
 * result. Only a terminal that the broker acknowledged lets the job be accepted. A cancelled run
 * ends by its cause and not by the failure that closing the stream brings about.
 */
public final class AnswerRun {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerRun.class);

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final ToolRounds rounds;
    private final Security security;
    private final Progress progress;

    private final AtomicReference<@Nullable CancelCause> cancelled = new AtomicReference<>();
    private volatile @Nullable RoutedStream stream;
    private @Nullable ModelProvider answering;

    private CompletableFuture<?> started = CompletableFuture.completedFuture(null);
    private boolean isKnown;
    private boolean isCutTold;

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
        this.security = new Security(context, delivery, writer);
        this.progress = new Progress(context, delivery, writer, rounds);
        ParkedAnswer parked = job.parked();
        if (parked != null) {
            writer.resume(parked.answer(), parked.seq());
        }
    }

    public JobDelivery delivery() {
        return delivery;
    }

    /** Ends the run soon, whatever it waits for. The first cause counts. Any thread. */
    public void cancel(CancelCause cause) {
        cancelled.compareAndSet(null, cause);
        RoutedStream open = stream;
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
        if (cancelled.get() == CancelCause.VOID) {
            return Disposition.ACCEPT;
        }
        started =
                context.results()
                        .publish(
                                new AttemptStarted(
                                        job.messageId(),
                                        job.userId(),
                                        delivery.attempt(),
                                        context.worker(),
                                        delivery.receivedAt()),
                                delivery.traceparent());
        context.flow()
                .record(
                        new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId()),
                        Checkpoint.WORKER_STARTED,
                        delivery.receivedAt(),
                        Duration.ZERO,
                        "ok",
                        Map.of("attempt", Integer.toString(delivery.attempt())));
        End end = answer();
        if (started.isCompletedExceptionally()) {
            return Disposition.RELEASE;
        }
        if (end instanceof End.GivenUp) {
            return cancelled.get() == CancelCause.VOID ? Disposition.ACCEPT : Disposition.RELEASE;
        }
        return new Conclusion(context, delivery, writer, rounds, progress).of(end);
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
            progress.model(route.model());
            if (delivery.isTakeover()) {
                takeOver(route);
            }
            if (job.parked() == null && context.guards().check(Guard.Stage.PROMPT)) {
                awaitKnown();
                Guard.Verdict verdict = security.prompt();
                if (verdict.outcome() == Guard.Outcome.BLOCK) {
                    return blocked(verdict);
                }
            }
            End end = converse(route);
            security.end();
            return end;
        } catch (ProviderException e) {
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            if (route != null) {
                context.providers().failed(answering == null ? route.provider() : answering, e);
                LOG.info(
                        "provider {} failed for {}: {}",
                        answering == null ? route.provider().name() : answering.name(),
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

    private static End blocked(Guard.Verdict verdict) {
        return new End.Failed(ErrorCode.FORBIDDEN, verdict.message(), null);
    }

    /**
     * Nothing is shown before the log says who shows it: the orchestrator then knows of every
     * worker whose frames a reader may have followed.
     */
    private void awaitKnown() {
        if (isKnown) {
            return;
        }
        try {
            started.get(context.limits().acknowledgeTimeout().toMillis(), TimeUnit.MILLISECONDS);
            isKnown = true;
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("the attempt is not in the log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted before the attempt was in the log", e);
        }
    }

    /**
     * What an earlier attempt has shown stands where every provider that may answer goes on from it
     * and no tool was called in between; otherwise it is void.
     */
    private void takeOver(Route route) {
        awaitKnown();
        boolean goesOn =
                job.parked() == null
                        && rounds.specs().isEmpty()
                        && route.candidates().stream()
                                .allMatch(c -> c.provider().continues(route.model()));
        LaneMemory.Shown shown = goesOn ? context.shown().before(job, delivery.attempt()) : null;
        if (shown != null && !shown.tools() && !shown.text().isEmpty()) {
            progress.keep(shown.text());
            writer.resume(shown.text(), shown.nextSeq());
        }
        writer.restart();
    }

    /** Calls the model, and again with the results of the tools that it asks for. */
    private End converse(Route route) throws ProviderException, InterruptedException {
        rounds.decided();
        while (cancelled.get() == null) {
            if (!rounds.fits()) {
                return new End.Completed("length");
            }
            End end = read(route);
            if (!(end instanceof End.ToolsAsked(var calls))) {
                return end;
            }
            boolean barred = rounds.barred();
            progress.finished("tool_calls");
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
        progress.begin();
        List<StreamEvent.ToolCall> calls = new ArrayList<>();
        try (RoutedStream open = context.providers().open(route, request(route))) {
            stream = open;
            if (cancelled.get() != null) {
                return cancelledEnd();
            }
            long texts = 0;
            while (true) {
                switch (open.next()) {
                    case StreamEvent.Text(String text) -> {
                        onThought();
                        progress.text(open.provider());
                        if (!security.shows(text)) {
                            return blocked(security.answer());
                        }
                        if (isOverLimit(++texts)) {
                            return security.showsRest()
                                    ? new End.Completed("length")
                                    : blocked(security.answer());
                        }
                    }
                    case StreamEvent.ToolCall call -> {
                        onThought();
                        calls.add(call);
                    }
                    case StreamEvent.Usage(TokenUsage usage) -> progress.reported(usage);
                    case StreamEvent.Finished(StreamEvent.FinishReason reason) -> {
                        if (!security.showsRest()) {
                            return blocked(security.answer());
                        }
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
            RoutedStream ended = stream;
            answering = ended == null ? null : ended.provider();
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

    private ModelRequest request(Route route) throws ProviderException {
        Integer maxTokens = rounds.maxTokens();
        ContextWindow.Fitted fitted =
                context.window()
                        .fit(
                                route.model(),
                                rounds.messages(),
                                Math.max(0, job.messages().size() - 1),
                                rounds.specs(),
                                maxTokens);
        if (fitted.leftOut() > 0 && !isCutTold) {
            isCutTold = true;
            awaitKnown();
            writer.tool(
                    "warning",
                    new ServerFrame.Warning(
                            "This conversation is longer than the model can read at once: its %d oldest messages were left out."
                                    .formatted(fitted.leftOut()),
                            job.messageId()));
        }
        return new ModelRequest(
                route.model(),
                fitted.messages(),
                maxTokens,
                job.temperature(),
                job.deadline(),
                rounds.specs(),
                progress.kept(),
                rounds.barred());
    }

    private void onThought() {
        if (!progress.hasThought()) {
            awaitKnown();
            progress.thought();
        }
    }

    private End cancelledEnd() {
        CancelCause cause = cancelled.get();
        return cause == CancelCause.STOPPED ? new End.Completed("stopped") : new End.GivenUp();
    }
}

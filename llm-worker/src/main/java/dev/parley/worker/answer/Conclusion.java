package dev.parley.worker.answer;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.schemas.record.ResultEvent.AnswerParked;
import dev.parley.schemas.record.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes an attempt's end once the broker has every frame of it. The job is over when the broker
 * has the end, too.
 */
final class Conclusion {

    private static final Logger LOG = LoggerFactory.getLogger(Conclusion.class);

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final ToolRounds rounds;
    private final Progress progress;
    private final Instant startedAt;

    Conclusion(
            AnswerContext context,
            JobDelivery delivery,
            AnswerWriter writer,
            ToolRounds rounds,
            Progress progress) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer = writer;
        this.rounds = rounds;
        this.progress = progress;
        this.startedAt = job.parked() == null ? delivery.receivedAt() : job.parked().startedAt();
    }

    /** Anything but an end that was given up. */
    Disposition of(End end) {
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
        progress.finished(finishReason);
        TokenUsage usage = rounds.spent();
        count(finishReason, usage);
        return publish(
                new AnswerCompleted(
                        job.messageId(),
                        job.userId(),
                        delivery.attempt(),
                        writer.text(),
                        finishReason,
                        progress.model(),
                        usage,
                        rounds.calls(),
                        rounds.used(),
                        Math.max(1, rounds.iterations()),
                        startedAt,
                        progress.firstTokenAt(),
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
                        rounds.parked(startedAt, progress.firstTokenAt()),
                        context.clock().instant(),
                        context.worker()));
    }

    private Disposition failed(End.Failed failed)
            throws ExecutionException, TimeoutException, InterruptedException {
        progress.failed(failed.code().code());
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
                        progress.model(),
                        usage,
                        startedAt,
                        progress.firstTokenAt(),
                        context.clock().instant(),
                        context.worker()));
    }

    /**
     * The job is over when the broker has this, and all results of tools before it. A broker that
     * is away is waited for until the orchestrator ends the answer by itself.
     */
    private Disposition publish(ResultEvent end)
            throws ExecutionException, TimeoutException, InterruptedException {
        while (true) {
            try {
                context.results()
                        .publish(end, delivery.traceparent())
                        .get(acknowledgeMs(), TimeUnit.MILLISECONDS);
                return rounds.isUnrecorded() ? Disposition.RELEASE : Disposition.ACCEPT;
            } catch (ExecutionException e) {
                if (!isLate(e) || !context.clock().instant().isBefore(job.deadline())) {
                    throw e;
                }
                LOG.warn("Kafka has not taken the end of {} yet", job.messageId());
            }
        }
    }

    private static boolean isLate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
                return true;
            }
        }
        return false;
    }

    private void count(String outcome, TokenUsage usage) {
        context.meters().counter("parley.worker.answers", "outcome", outcome).increment();
        LOG.debug("{} ended with {}, {} tokens", job.messageId(), outcome, usage.total());
    }

    private long acknowledgeMs() {
        return context.limits().acknowledgeTimeout().toMillis();
    }
}

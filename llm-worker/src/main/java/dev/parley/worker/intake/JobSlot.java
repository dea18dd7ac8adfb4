package dev.parley.worker.intake;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.Job;
import dev.parley.worker.answer.AnswerContext;
import dev.parley.worker.answer.AnswerRun;
import dev.parley.worker.answer.Disposition;
import dev.parley.worker.answer.JobDelivery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room for one answer: takes a job, has it answered, keeps its lock meanwhile, and says what became
 * of it.
 *
 * <pre>
 * IDLE ──a job──→ BUSY ──terminal acknowledged: ACCEPT, drained: RELEASE──→ IDLE
 *                  └─────renewal refused, or not asked for──→ UNLOCKED ──the answer ended──→ IDLE
 * </pre>
 *
 * A lock says who may begin, and not who answers: a broker that is started anew has forgotten its
 * locks and how often it delivered what. So an answer whose lock is lost goes on until the
 * orchestrator, which hears of each attempt, says that another one counts.
 */
final class JobSlot implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(JobSlot.class);

    /**
     * One poll asks for records once: a fetch that came back with nothing leaves the slot idle
     * until the next poll. It costs a wake-up, and there are many slots.
     */
    private static final Duration POLL = Duration.ofMillis(500);

    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    /** A cancelled answer ends within moments; more means that it hangs, and the slot goes on. */
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(15);

    /** A renewed record comes back from the next poll; this bounds how long it is waited for. */
    private static final int RENEWED_POLLS_MAX = 100;

    private static final Duration RENEWED_POLL = Duration.ofMillis(20);
    private static final int RENEWALS_PER_LOCK = 3;
    private static final int LOCK_MS_DEFAULT = 30_000;

    private final int number;
    private final Intake intake;
    private final AnswerContext context;
    private final RunningAnswers running;

    private volatile boolean busy;
    private volatile @Nullable Thread pausing;
    private volatile @Nullable KafkaShareConsumer<String, byte[]> consumer;

    JobSlot(int number, Intake intake, AnswerContext context, RunningAnswers running) {
        this.number = number;
        this.intake = intake;
        this.context = context;
        this.running = running;
    }

    /** What a slot asks of its surroundings. */
    interface Intake {
        boolean isTaking();

        KafkaShareConsumer<String, byte[]> consumer(int slot);

        void deadLetter(ConsumerRecord<String, byte[]> record, String reason);

        /** Zero: by the lock's own duration. */
        Duration lockRenewal();
    }

    @Override
    public void run() {
        while (intake.isTaking()) {
            try (KafkaShareConsumer<String, byte[]> open = intake.consumer(number)) {
                consumer = open;
                open.subscribe(List.of(Topic.JOBS.topicName()));
                while (intake.isTaking()) {
                    for (ConsumerRecord<String, byte[]> record : open.poll(POLL)) {
                        take(open, record);
                    }
                }
                commit(open);
            } catch (WakeupException e) {
                LOG.debug("slot {} woken to stop", number);
            } catch (KafkaException | IllegalStateException e) {
                LOG.warn("slot {} starts again: {}", number, e.toString());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    /** Ends a poll that waits for a job, or a pause; a slot that answers is left alone. */
    void wakeIfIdle() {
        KafkaShareConsumer<String, byte[]> open = consumer;
        if (open != null && !busy) {
            open.wakeup();
        }
        Thread waiting = pausing;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    private void take(
            KafkaShareConsumer<String, byte[]> open, ConsumerRecord<String, byte[]> record) {
        busy = true;
        try {
            Outcome outcome = answer(open, record);
            open.acknowledge(record, outcome.type());
            // An acceptance travels with the next fetch; a release must not wait for one.
            if (!outcome.locked() || outcome.type() == AcknowledgeType.RELEASE) {
                commit(open);
            }
            if (!outcome.locked()) {
                // The consumer may still think that it holds the record, and would fetch no other.
                throw new IllegalStateException("a lock was lost");
            }
        } finally {
            busy = false;
        }
    }

    /**
     * What to say of the record.
     *
     * @param locked whether the lock was held to the end, as far as this worker knows
     */
    private record Outcome(AcknowledgeType type, boolean locked) {
        static Outcome of(AcknowledgeType type) {
            return new Outcome(type, true);
        }
    }

    private Outcome answer(
            KafkaShareConsumer<String, byte[]> open, ConsumerRecord<String, byte[]> record) {
        JobDelivery delivery;
        try {
            delivery = delivery(record);
        } catch (UnreadableRecordException e) {
            intake.deadLetter(record, String.valueOf(e.getMessage()));
            return Outcome.of(AcknowledgeType.ACCEPT);
        }
        AnswerRun run = new AnswerRun(context, delivery);
        long giveUpAt = System.nanoTime() + CANCEL_TIMEOUT.toNanos();
        while (true) {
            switch (running.claim(run)) {
                case GRANTED -> {
                    return whileRenewing(open, record, run);
                }
                case DUPLICATE -> {
                    context.meters().counter("parley.worker.jobs.duplicates").increment();
                    return Outcome.of(AcknowledgeType.ACCEPT);
                }
                case ZOMBIE_RUNS -> {
                    if (System.nanoTime() - giveUpAt > 0
                            || Thread.currentThread().isInterrupted()) {
                        return Outcome.of(AcknowledgeType.RELEASE);
                    }
                    LockSupport.parkNanos(this, RENEWED_POLL.toNanos());
                }
            }
        }
    }

    private JobDelivery delivery(ConsumerRecord<String, byte[]> record) {
        Job job = Inbound.event(record.headers(), record.value(), Job.class);
        requirePresent(job.jobId(), "job_id");
        requirePresent(job.messageId(), "message_id");
        requirePresent(job.userId(), "user_id");
        requirePresent(job.replyTo(), "reply_to");
        requirePresent(job.deadline(), "deadline");
        requirePresent(job.replyTo().sessionId(), "reply_to.session_id");
        checkLane(job);
        return new JobDelivery(
                job,
                record.deliveryCount().map(Short::intValue).orElse(1),
                context.clock().instant(),
                Inbound.text(record.headers(), Outbound.TRACEPARENT));
    }

    private static void checkLane(Job job) {
        int lane = job.replyTo().lane();
        if (job.replyTo().hasListener() && lane > 99_999) {
            throw new UnreadableRecordException("a job for lane " + lane, null);
        }
    }

    private static void requirePresent(@Nullable Object value, String field) {
        if (value == null) {
            throw new UnreadableRecordException("a job without " + field, null);
        }
    }

    private Outcome whileRenewing(
            KafkaShareConsumer<String, byte[]> open,
            ConsumerRecord<String, byte[]> record,
            AnswerRun run) {
        context.meters()
                .timer("parley.worker.pickup")
                .record(
                        Math.max(
                                0, run.delivery().receivedAt().toEpochMilli() - record.timestamp()),
                        TimeUnit.MILLISECONDS);
        CompletableFuture<Disposition> end = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("answer-" + run.delivery().job().messageId())
                .start(() -> runTo(end, run));
        long renewEveryMs = renewEveryMs(open);
        boolean locked = true;
        while (true) {
            try {
                return new Outcome(typeOf(end.get(renewEveryMs, TimeUnit.MILLISECONDS)), locked);
            } catch (TimeoutException e) {
                if (locked && !renew(open, record)) {
                    locked = false;
                    context.meters().counter("parley.worker.lock.losses").increment();
                    LOG.warn(
                            "the lock of {} is lost; its answer goes on until another's counts",
                            run.delivery().job().messageId());
                }
            } catch (ExecutionException e) {
                LOG.error("answering {} failed", run.delivery().job().messageId(), e.getCause());
                return new Outcome(AcknowledgeType.RELEASE, locked);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Outcome(AcknowledgeType.RELEASE, locked);
            }
        }
    }

    private void runTo(CompletableFuture<Disposition> end, AnswerRun run) {
        try {
            Disposition disposition = run.run();
            if (disposition == Disposition.ACCEPT) {
                running.ended(run);
            }
            running.release(run);
            end.complete(disposition);
        } catch (Throwable e) {
            running.release(run);
            end.completeExceptionally(e);
        }
    }

    private static AcknowledgeType typeOf(Disposition disposition) {
        return switch (disposition) {
            case ACCEPT -> AcknowledgeType.ACCEPT;
            case RELEASE -> AcknowledgeType.RELEASE;
        };
    }

    private long renewEveryMs(KafkaShareConsumer<String, byte[]> open) {
        if (!intake.lockRenewal().isZero()) {
            return intake.lockRenewal().toMillis();
        }
        return open.acquisitionLockTimeoutMs().orElse(LOCK_MS_DEFAULT) / RENEWALS_PER_LOCK;
    }

    /** Starts the lock's time anew; false when the broker refused, or could not be asked. */
    private boolean renew(
            KafkaShareConsumer<String, byte[]> open, ConsumerRecord<String, byte[]> record) {
        try {
            open.acknowledge(record, AcknowledgeType.RENEW);
            if (!commit(open)) {
                return false;
            }
            for (int i = 0; i < RENEWED_POLLS_MAX; i++) {
                if (open.poll(RENEWED_POLL).count() > 0) {
                    context.meters().counter("parley.worker.lock.renewals").increment();
                    return true;
                }
            }
            return false;
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("the lock could not be renewed: {}", e.toString());
            return false;
        }
    }

    private boolean commit(KafkaShareConsumer<String, byte[]> open) {
        while (true) {
            try {
                return open.commitSync(COMMIT_TIMEOUT).values().stream()
                        .allMatch(failure -> failure.isEmpty());
            } catch (WakeupException e) {
                // Meant for the poll of an idle slot; the acknowledgements are still to be sent.
                LOG.debug("slot {} woken while busy", number);
            }
        }
    }

    /** Ends at once when no more jobs are taken: whoever stops the intake wakes this. */
    private void pause() {
        pausing = Thread.currentThread();
        long end = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
        for (long left = end - System.nanoTime();
                left > 0 && intake.isTaking() && !Thread.currentThread().isInterrupted();
                left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
        pausing = null;
    }
}

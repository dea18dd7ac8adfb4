package dev.parley.worker.intake;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.worker.WorkerSettings;
import dev.parley.worker.answer.AnswerContext;
import dev.parley.worker.answer.CancelCause;
import dev.parley.worker.stop.ControlReader;
import dev.parley.worker.stop.StopSignals;
import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The slots, and how they begin and end. A stop takes no more jobs, lets the running answers finish
 * within the drain, and gives the rest back for other workers.
 */
public final class JobIntake implements SmartLifecycle, JobSlot.Intake {

    private static final Logger LOG = LoggerFactory.getLogger(JobIntake.class);

    /**
     * A waiting fetch is answered when a job comes, so a short wait only costs requests; but a slot
     * that closes waits for its fetch.
     */
    private static final int FETCH_WAIT_MS = 2_000;

    private static final int PHASE = ControlReader.PHASE + 1_000;

    /** For the broker to hear of what was released. */
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(5);

    private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

    private final WorkerSettings settings;
    private final KafkaClients clients;
    private final DeadLetters deadLetters;
    private final ShareGroup group;
    private final RunningAnswers running;
    private final AnswerContext context;

    private final List<JobSlot> slots = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean taking;

    public JobIntake(
            WorkerSettings settings,
            KafkaClients clients,
            DeadLetters deadLetters,
            StopSignals stops,
            AnswerContext context) {
        this.settings = settings;
        this.clients = clients;
        this.deadLetters = deadLetters;
        this.group = new ShareGroup(clients);
        this.running = new RunningAnswers(stops);
        this.context = context;
        Gauge.builder("parley.worker.running", running, RunningAnswers::count)
                .register(context.meters());
        Gauge.builder("parley.worker.slots", settings, WorkerSettings::concurrency)
                .register(context.meters());
    }

    @Override
    public void start() {
        group.configure();
        taking = true;
        for (int i = 0; i < settings.concurrency(); i++) {
            JobSlot slot = new JobSlot(i, this, context, running);
            slots.add(slot);
            threads.add(Thread.ofVirtual().name("slot-" + i).start(slot));
        }
    }

    @Override
    public void stop() {
        taking = false;
        slots.forEach(JobSlot::wakeIfIdle);
        if (!joinAll(settings.drain())) {
            LOG.info("{} answers are given back to other workers", running.count());
            awaitIdleSlotsEnd();
            running.cancelAll(CancelCause.DRAINED);
            slots.forEach(JobSlot::wakeIfIdle);
            if (!joinAll(RELEASE_TIMEOUT)) {
                LOG.warn("{} slots did not end; their locks will expire", alive());
            }
        }
        slots.clear();
        threads.clear();
    }

    /** As {@link #stop}, without a drain: the running answers are dropped where they are. */
    public void abandon() {
        taking = false;
        slots.forEach(JobSlot::wakeIfIdle);
        awaitIdleSlotsEnd();
        running.cancelAll(CancelCause.DRAINED);
        stop();
    }

    /** A slot that still waits would be given the very jobs that are dropped, time and again. */
    private void awaitIdleSlotsEnd() {
        long deadline = System.nanoTime() + RELEASE_TIMEOUT.toNanos();
        while (alive() > running.count() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public boolean isRunning() {
        return taking;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Answers that run. */
    public int running() {
        return running.count();
    }

    @Override
    public boolean isTaking() {
        return taking;
    }

    @Override
    public KafkaShareConsumer<String, byte[]> consumer(int slot) {
        Map<String, Object> config = clients.client("jobs-" + slot);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, ShareGroup.NAME);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        config.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        // A consumer has hundreds of metrics, and here is one for each slot.
        config.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        return new KafkaShareConsumer<>(config);
    }

    @Override
    public void deadLetter(ConsumerRecord<String, byte[]> record, String reason) {
        deadLetters.put(record, reason);
    }

    @Override
    public Duration lockRenewal() {
        return settings.lockRenewal();
    }

    private boolean joinAll(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (Thread thread : threads) {
                long left = deadline - System.nanoTime();
                if (!thread.join(Duration.ofNanos(Math.max(1, left)))) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private long alive() {
        return threads.stream().filter(Thread::isAlive).count();
    }
}

package dev.parley.worker.presence;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.WorkerStatus;
import dev.parley.worker.stop.ControlReader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.KafkaOperations;

/**
 * Speaks from before the first job until after the last: whoever is silent is taken for lost, and
 * its answers are given to others.
 */
public final class Heartbeat implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final int PHASE = ControlReader.PHASE + 500;
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    /** Words that Kafka has not taken yet. */
    private static final int ON_THE_WAY_MAX = 5;

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final Supplier<WorkerStatus> status;
    private final Duration interval;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    private final AtomicInteger onTheWay = new AtomicInteger();
    private boolean isAway;

    /**
     * @param status of this moment, not leaving
     * @param interval between two words
     */
    public Heartbeat(
            KafkaOperations<String, byte[]> kafka,
            Outbound outbound,
            Supplier<WorkerStatus> status,
            Duration interval) {
        this.kafka = kafka;
        this.outbound = outbound;
        this.status = status;
        this.interval = interval;
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("heartbeat").start(this::run);
    }

    @Override
    public void stop() {
        stopped.countDown();
        Thread beating = thread;
        if (beating == null) {
            return;
        }
        thread = null;
        WorkerStatus last = status.get();
        WorkerStatus leaving =
                new WorkerStatus(last.worker(), last.at(), 0, 0, true, last.providers());
        try {
            // A broker that is away would keep the send itself for as long as an answer may wait.
            CompletableFuture.supplyAsync(
                            () ->
                                    kafka.send(
                                            outbound.event(
                                                    Topic.WORKERS, last.worker(), leaving, null)),
                            Thread::startVirtualThread)
                    .thenCompose(Function.identity())
                    .get(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("others will learn by silence that this worker has left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void run() {
        try {
            do {
                beat();
            } while (!stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A slow Kafka still hears a word a second; one that is away is not left a pile of them. */
    private void beat() {
        boolean isFull = onTheWay.get() >= ON_THE_WAY_MAX;
        if (isFull && !isAway) {
            LOG.warn("Kafka takes no heartbeats; answers wait for it");
        } else if (isAway && !isFull) {
            LOG.info("Kafka takes heartbeats again");
        }
        isAway = isFull;
        if (isFull) {
            return;
        }
        onTheWay.incrementAndGet();
        try {
            WorkerStatus now = status.get();
            kafka.send(outbound.event(Topic.WORKERS, now.worker(), now, null))
                    .whenComplete((sent, failure) -> onTheWay.decrementAndGet());
        } catch (RuntimeException e) {
            onTheWay.decrementAndGet();
            LOG.warn("a heartbeat could not be sent: {}", e.toString());
        }
    }
}

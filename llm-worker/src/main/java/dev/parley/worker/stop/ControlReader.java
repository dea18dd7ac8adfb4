package dev.parley.worker.stop;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.ControlEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Reads every record of the control topic, from some minutes back, so that a stop counts that came
 * before this worker or before its job. Uncommitted too: an aborted stop is decided again, and
 * waiting for the commit would only let the model talk on.
 */
public final class ControlReader implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    /** Before the intake, so that no job begins without its stop being known. */
    public static final int PHASE = 1_000;

    private final KafkaClients clients;
    private final StopSignals stops;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final Duration back;
    private final String worker;

    private volatile boolean running;
    private volatile boolean reading;
    private volatile @Nullable KafkaConsumer<String, byte[]> open;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * @param back how far back it begins
     * @param worker id of this instance
     */
    public ControlReader(
            KafkaClients clients,
            StopSignals stops,
            DeadLetters deadLetters,
            Clock clock,
            Duration back,
            String worker) {
        this.clients = clients;
        this.stops = stops;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.back = back;
        this.worker = worker;
    }

    @Override
    public void start() {
        running = true;
        // Not virtual: the consumer selects on sockets, and would hold a carrier all the time.
        Thread.ofPlatform().name("control-reader").daemon().start(this::readUntilStopped);
    }

    @Override
    public void stop() {
        running = false;
        KafkaConsumer<String, byte[]> consumer = open;
        if (consumer != null) {
            consumer.wakeup();
        }
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Whether stops are being read at this moment. */
    public boolean isReading() {
        return reading;
    }

    private void readUntilStopped() {
        while (running) {
            try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(config())) {
                open = consumer;
                seekBack(consumer);
                reading = true;
                while (running) {
                    consumer.poll(POLL).forEach(this::onRecord);
                }
            } catch (WakeupException e) {
                LOG.debug("control reader woken to stop");
            } catch (KafkaException e) {
                LOG.warn("control topic cannot be read, trying again: {}", e.toString());
            } finally {
                reading = false;
                open = null;
            }
            pause();
        }
    }

    private Map<String, Object> config() {
        Map<String, Object> config = clients.consumer("control");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        return config;
    }

    private void seekBack(KafkaConsumer<String, byte[]> consumer) {
        TopicPartition control = new TopicPartition(Topic.CONTROL.topicName(), 0);
        consumer.assign(List.of(control));
        long since = clock.instant().minus(back).toEpochMilli();
        var found = consumer.offsetsForTimes(Map.of(control, since)).get(control);
        if (found == null) {
            consumer.seekToEnd(List.of(control));
        } else {
            consumer.seek(control, found.offset());
        }
        consumer.position(control);
    }

    private void onRecord(ConsumerRecord<String, byte[]> record) {
        try {
            switch (Inbound.event(record.headers(), record.value(), ControlEvent.class)) {
                case ControlEvent.StopAnswer stop -> stops.stop(stop.messageId());
                case ControlEvent.JobReplaced replaced ->
                        stops.replaced(replaced.messageId(), replaced.attemptBase());
                case ControlEvent.RunVoid run -> {
                    if (run.worker().equals(worker)) {
                        stops.voided(run.messageId(), run.attempt(), run.at());
                    }
                }
            }
        } catch (UnreadableRecordException e) {
            // Every worker reads it; the first partition reader that cannot is enough of a report.
            deadLetters.put(record, String.valueOf(e.getMessage()));
        }
    }

    private void pause() {
        try {
            if (stopped.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("control reader stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }
}

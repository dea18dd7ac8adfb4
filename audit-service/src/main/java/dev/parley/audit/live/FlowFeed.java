package dev.parley.audit.live;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.Checkpoint;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Reads the flow topic from its end and gives each checkpoint to those who asked for it. It reads
 * only while somebody listens; who begins to listen is told from the moment that {@link #join}
 * returns. No reader makes it wait: each has a queue that loses its oldest.
 */
@Component
public final class FlowFeed {

    private static final Logger LOG = LoggerFactory.getLogger(FlowFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int START_TIMEOUT_S = 10;
    private static final int STOP_TIMEOUT_MS = 3_000;

    /** Whose checkpoints; null narrows nothing. */
    record Wanted(@Nullable String user, @Nullable String conversationId) {
        boolean matches(Checkpoint step) {
            return (user == null || user.equals(step.userId()))
                    && (conversationId == null || conversationId.equals(step.conversationId()));
        }
    }

    private final KafkaClients clients;
    private final Map<LiveQueue, Wanted> readers = new ConcurrentHashMap<>();
    private @Nullable Reading reading;

    FlowFeed(KafkaClients clients, MeterRegistry meters) {
        this.clients = clients;
        meters.gaugeMapSize(
                "parley.live.readers", io.micrometer.core.instrument.Tags.empty(), readers);
    }

    int readers() {
        return readers.size();
    }

    /** Returns when every checkpoint from now on will come. */
    void join(LiveQueue queue, Wanted wanted) {
        Reading current;
        synchronized (this) {
            readers.put(queue, wanted);
            if (reading == null) {
                reading = new Reading();
                Thread.ofPlatform().name("flow-feed").daemon().start(reading);
            }
            current = reading;
        }
        current.awaitStarted();
    }

    void leave(LiveQueue queue) {
        queue.end();
        synchronized (this) {
            readers.remove(queue);
            if (readers.isEmpty() && reading != null) {
                reading.stop();
                reading = null;
            }
        }
    }

    @PreDestroy
    void stop() {
        Set.copyOf(readers.keySet()).forEach(this::leave);
    }

    /** One stretch of reading, from the first listener to the last. */
    private final class Reading implements Runnable {

        private final KafkaConsumer<String, byte[]> consumer;
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean stopped;

        Reading() {
            Map<String, Object> config = clients.consumer("flow-feed");
            // Whoever falls behind here would show the past as the present.
            config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
            consumer = new KafkaConsumer<>(config);
        }

        @Override
        public void run() {
            try (consumer) {
                List<TopicPartition> partitions =
                        consumer.partitionsFor(Topic.FLOW.topicName()).stream()
                                .map(p -> new TopicPartition(p.topic(), p.partition()))
                                .toList();
                consumer.assign(partitions);
                consumer.seekToEnd(partitions);
                partitions.forEach(consumer::position);
                started.countDown();
                while (!stopped) {
                    consumer.poll(POLL).forEach(this::spread);
                }
            } catch (WakeupException | InterruptException e) {
                LOG.debug("told to stop");
            } catch (KafkaException e) {
                LOG.warn("the live view cannot read the log: {}", e.getMessage());
                Set.copyOf(readers.keySet()).forEach(LiveQueue::end);
            } finally {
                started.countDown();
                ended.countDown();
            }
        }

        private void spread(ConsumerRecord<String, byte[]> record) {
            Checkpoint step;
            try {
                step = Inbound.event(record.headers(), record.value(), Checkpoint.class);
            } catch (UnreadableRecordException e) {
                // The ingest puts it aside and says so.
                return;
            }
            String json = null;
            for (var reader : readers.entrySet()) {
                if (reader.getValue().matches(step)) {
                    json = json == null ? Json.writeText(FlowFrame.of(step)) : json;
                    reader.getKey().offer(json);
                }
            }
        }

        void awaitStarted() {
            try {
                if (!started.await(START_TIMEOUT_S, TimeUnit.SECONDS)) {
                    LOG.warn("the live view has not found the end of the log yet");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void stop() {
            stopped = true;
            consumer.wakeup();
            try {
                if (!ended.await(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                    LOG.warn("the live view did not stop in time");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.ToolCatalog;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The newest catalogue of each MCP server, as the workers saw them. */
@Component
class ToolCatalogs implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ToolCatalogs.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(3);

    private final KafkaClients clients;
    private final DeadLetters deadLetters;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, ToolCatalog> catalogs = new ConcurrentHashMap<>();
    private final AtomicLong revision = new AtomicLong();
    private volatile boolean running;
    private volatile @Nullable Thread reader;

    ToolCatalogs(KafkaClients clients, DeadLetters deadLetters) {
        this.clients = clients;
        this.deadLetters = deadLetters;
    }

    /** Called by the reading thread whenever it has looked for catalogues. */
    void onLook(Runnable listener) {
        listeners.add(listener);
    }

    @Nullable ToolCatalog of(String server) {
        return catalogs.get(server);
    }

    Collection<ToolCatalog> all() {
        return catalogs.values();
    }

    /** Grows with every catalogue that comes. */
    long revision() {
        return revision.get();
    }

    @Override
    public void start() {
        running = true;
        reader = Thread.ofPlatform().name("tool-catalogs").daemon().start(this::readForEver);
    }

    private void readForEver() {
        TopicPartition partition = new TopicPartition(Topic.TOOLS.topicName(), 0);
        while (running) {
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(clients.consumer("tool-catalogs"))) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                while (running) {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        take(record);
                        revision.incrementAndGet();
                    }
                    listeners.forEach(Runnable::run);
                }
            } catch (org.apache.kafka.common.errors.InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn("the catalogues of tools cannot be read: {}", e.toString());
                pause();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            return;
        }
        if (record.value() == null) {
            catalogs.remove(record.key());
            return;
        }
        try {
            catalogs.put(
                    record.key(),
                    Inbound.event(record.headers(), record.value(), ToolCatalog.class));
        } catch (UnreadableRecordException e) {
            deadLetters.put(record, String.valueOf(e.getMessage()));
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        running = false;
        Thread reading = reader;
        if (reading != null) {
            try {
                reading.join(CLOSE_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Relay.PHASE;
    }
}

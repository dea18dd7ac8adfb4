package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.audit.store.SchemaReady;
import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.KafkaClients;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Starts the readers once there is a schema to write to, and stops them with the service. */
@Component
final class Ingest {

    private static final Logger LOG = LoggerFactory.getLogger(Ingest.class);
    private static final int STOP_TIMEOUT_MS = 5_000;

    private final IngestSettings settings;
    private final KafkaClients clients;
    private final IngestTools tools;
    private final MonthPartitions months;
    private final List<IngestLoop<?>> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    Ingest(
            IngestSettings settings,
            KafkaClients clients,
            MonthPartitions months,
            DataSource database,
            DeadLetters deadLetters,
            MeterRegistry meters) {
        this.settings = settings;
        this.clients = clients;
        this.months = months;
        this.tools =
                new IngestTools(
                        database, new ConsumedOffsets(Clock.systemUTC()), deadLetters::put, meters);
    }

    @EventListener
    synchronized void start(SchemaReady ready) {
        if (!settings.enabled() || !threads.isEmpty()) {
            return;
        }
        for (int reader = 0; reader < settings.readers(); reader++) {
            start("turns", reader, new LinkStore(months));
            start("flow", reader, new FlowStore(months));
        }
        start("keys", 0, new KeyStore());
        start("policy-changes", 0, new PolicyChangeStore());
        start("checkpoints", 0, new CheckpointStore());
    }

    private void start(String name, int reader, RecordStore<?> store) {
        Map<String, Object> config = clients.consumer("ingest-" + name + "-" + reader);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group() + "-" + name);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchRecords());
        config.put(
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                (int) Math.min(Integer.MAX_VALUE, settings.batchBytes().toBytes()));
        IngestLoop<?> loop = new IngestLoop<>(new KafkaConsumer<>(config), store, tools, settings);
        loops.add(loop);
        threads.add(Thread.ofPlatform().name("ingest-" + name + "-" + reader).start(loop));
    }

    /** Returns when the readers have finished their batch, or have taken too long. */
    @PreDestroy
    synchronized void stop() throws InterruptedException {
        loops.forEach(IngestLoop::stop);
        for (Thread thread : threads) {
            thread.join(STOP_TIMEOUT_MS);
            if (thread.isAlive()) {
                LOG.warn("{} did not stop in time", thread.getName());
            }
        }
        loops.clear();
        threads.clear();
    }
}

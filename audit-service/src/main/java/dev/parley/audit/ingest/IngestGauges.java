package dev.parley.audit.ingest;

import dev.parley.schemas.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Metrics of one reader: {@code parley.ingest.rows}, {@code .batch} (time of a transaction), {@code
 * .failures}, {@code .held} and {@code .lag} (records that are not stored), by topic.
 */
final class IngestGauges {

    private final Counter rows;
    private final Counter failures;
    private final Timer batch;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong lag = new AtomicLong();

    interface Work {
        void run() throws SQLException;
    }

    IngestGauges(MeterRegistry meters, Topic topic) {
        String name = topic.topicName();
        rows = meters.counter("parley.ingest.rows", "topic", name);
        failures = meters.counter("parley.ingest.failures", "topic", name);
        batch = meters.timer("parley.ingest.batch", "topic", name);
        meters.gauge(
                "parley.ingest.held", io.micrometer.core.instrument.Tags.of("topic", name), held);
        meters.gauge(
                "parley.ingest.lag", io.micrometer.core.instrument.Tags.of("topic", name), lag);
    }

    void time(Work work) throws SQLException {
        long began = System.nanoTime();
        try {
            work.run();
        } finally {
            batch.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        }
    }

    void stored(int count) {
        rows.increment(count);
    }

    void failed() {
        failures.increment();
    }

    void held(int count) {
        held.set(count);
    }

    void lag(Consumer<?, ?> consumer) {
        long behind = held.get();
        for (var partition : consumer.assignment()) {
            behind += consumer.currentLag(partition).orElse(0);
        }
        lag.set(behind);
    }
}

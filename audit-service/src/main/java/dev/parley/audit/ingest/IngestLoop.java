package dev.parley.audit.ingest;

import dev.parley.schemas.UnreadableRecordException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one topic and stores it, batch by batch. One thread; it owns the consumer.
 *
 * <p>A batch that PostgreSQL does not take stays held, and every partition is paused until it is
 * stored: nothing piles up, nothing is skipped, and the group is kept by polling on. A batch that
 * contains a row which PostgreSQL refuses is halved until the row is alone, and that one goes to
 * the dead letters. The loop does not use spring-kafka, whose containers want to own the position
 * and call a listener again with a batch that they read again.
 *
 * <p>States of a partition: assigned and unplaced (paused; its position is being asked for) →
 * placed (its position in {@link #positions} is what the database says) → revoked. Losing a
 * partition drops what is held, since the positions in the database did not move.
 */
final class IngestLoop<R> implements Runnable, ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(IngestLoop.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    /** A record, or only its place when it is poison. */
    private record Held<R>(ConsumerRecord<String, byte[]> record, @Nullable R row) {
        TopicPartition partition() {
            return new TopicPartition(record.topic(), record.partition());
        }
    }

    private final Consumer<String, byte[]> consumer;
    private final RecordStore<R> store;
    private final ConsumedOffsets offsets;
    private final DataSource database;
    private final PoisonBin deadLetters;
    private final IngestGauges gauges;
    private final Backoff backoff;
    private final String transactionSettings;

    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Set<TopicPartition> unplaced = new HashSet<>();
    private final Deque<List<Held<R>>> held = new ArrayDeque<>();
    private final Map<TopicPartition, Long> reached = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    IngestLoop(
            Consumer<String, byte[]> consumer,
            RecordStore<R> store,
            IngestTools tools,
            IngestSettings settings) {
        this.consumer = consumer;
        this.store = store;
        this.offsets = tools.offsets();
        this.database = tools.database();
        this.deadLetters = tools.poison();
        this.gauges = new IngestGauges(tools.meters(), store.topic());
        this.backoff = new Backoff(settings.retryMin(), settings.retryMax());
        // Rows and positions are lost together or not at all, so the log fills in again what a
        // crash of PostgreSQL takes: waiting for its disk at each batch would buy nothing.
        this.transactionSettings =
                "SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = "
                        + settings.statementTimeout().toMillis();
    }

    void stop() {
        stopped = true;
        consumer.wakeup();
    }

    /**
     * Up to where everything is stored. Ahead of the position in the database where the log goes on
     * with marks of transactions, which are no records. Of any thread.
     */
    Map<TopicPartition, Long> reached() {
        return Map.copyOf(reached);
    }

    @Override
    public void run() {
        try {
            consumer.subscribe(List.of(store.topic().topicName()), this);
            while (!stopped) {
                turn();
            }
        } catch (WakeupException | InterruptException e) {
            LOG.debug("reader of {} is told to stop", store.topic().topicName());
        } finally {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private void turn() {
        try {
            if (backoff.isOver()) {
                place();
                storeHeld();
            }
            var polled = consumer.poll(held.isEmpty() ? backoff.atMost(POLL) : backoff.left());
            List<Held<R>> batch = new ArrayList<>(polled.count());
            polled.forEach(record -> batch.add(read(record)));
            if (!batch.isEmpty()) {
                held.add(batch);
                gauges.held(batch.size());
                storeHeld();
            }
            if (held.isEmpty()) {
                for (TopicPartition partition : positions.keySet()) {
                    reached.put(partition, consumer.position(partition));
                }
            }
            gauges.lag(consumer);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (ConsumedOffsets.MovedElsewhereException e) {
            LOG.info("{}; reading on from there", e.getMessage());
            forget(Set.copyOf(consumer.assignment()));
        } catch (SQLException e) {
            waitForDatabase(e);
        } catch (RuntimeException e) {
            LOG.error("reader of {} begins again", store.topic().topicName(), e);
            forget(Set.copyOf(consumer.assignment()));
            backoff.failed();
        }
    }

    private void waitForDatabase(SQLException e) {
        if (backoff.failed() == 1) {
            LOG.warn("{} waits for PostgreSQL: {}", store.topic().topicName(), e.toString());
        }
        gauges.failed();
        consumer.pause(consumer.assignment());
    }

    private Held<R> read(ConsumerRecord<String, byte[]> record) {
        try {
            return new Held<>(record, store.read(record));
        } catch (UnreadableRecordException e) {
            deadLetters.put(record, Objects.requireNonNullElse(e.getMessage(), "unreadable"));
            return new Held<>(record, null);
        }
    }

    private void storeHeld() throws SQLException {
        while (!held.isEmpty()) {
            List<Held<R>> batch = held.getFirst();
            try {
                gauges.time(() -> storeOne(batch));
                held.removeFirst();
            } catch (SQLException e) {
                if (SqlFault.of(e) == SqlFault.PASSING) {
                    throw e;
                }
                held.removeFirst();
                isolate(batch, e);
            }
        }
        if (backoff.succeeded()) {
            LOG.info("{} is stored again", store.topic().topicName());
        }
        gauges.held(0);
        Set<TopicPartition> ready = new HashSet<>(consumer.paused());
        ready.removeAll(unplaced);
        consumer.resume(ready);
    }

    private void isolate(List<Held<R>> batch, SQLException refusal) {
        if (batch.size() > 1) {
            int half = batch.size() / 2;
            held.addFirst(batch.subList(half, batch.size()));
            held.addFirst(batch.subList(0, half));
            return;
        }
        Held<R> refused = batch.getFirst();
        deadLetters.put(refused.record(), "PostgreSQL refuses it: " + refusal.getSQLState());
        held.addFirst(List.of(new Held<>(refused.record(), null)));
    }

    private void storeOne(List<Held<R>> batch) throws SQLException {
        List<R> rows = new ArrayList<>(batch.size());
        Map<TopicPartition, Long> next = new HashMap<>();
        for (Held<R> item : batch) {
            if (item.row() != null) {
                rows.add(item.row());
            }
            next.put(item.partition(), item.record().offset() + 1);
        }
        if (!rows.isEmpty()) {
            store.prepare(rows);
        }
        inTransaction(connection -> {
            offsets.advance(connection, positions, next);
            if (!rows.isEmpty()) {
                store.write(connection, rows);
            }
        });
        positions.putAll(next);
        gauges.stored(rows.size());
        reportToGroup(next);
    }

    /** For the tools that show a group's lag; nothing here reads it. */
    private void reportToGroup(Map<TopicPartition, Long> next) {
        Map<TopicPartition, OffsetAndMetadata> report = new HashMap<>();
        next.forEach((partition, offset) -> report.put(partition, new OffsetAndMetadata(offset)));
        consumer.commitAsync(report, (done, failure) -> {});
    }

    /** Seeks newly assigned partitions to where the database says. */
    private void place() throws SQLException {
        if (unplaced.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> earliest = consumer.beginningOffsets(unplaced);
        Map<TopicPartition, Long> found = new HashMap<>();
        inTransaction(connection -> found.putAll(offsets.positions(connection, earliest)));
        found.forEach((partition, offset) -> {
            consumer.seek(partition, offset);
            positions.put(partition, offset);
        });
        unplaced.removeAll(found.keySet());
        consumer.resume(found.keySet());
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        unplaced.addAll(partitions);
        consumer.pause(partitions);
        backoff.now();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        forget(Set.copyOf(consumer.assignment()));
        unplaced.removeAll(partitions);
    }

    /** Drops what is held and asks for the positions of these partitions again. */
    private void forget(Collection<TopicPartition> partitions) {
        held.clear();
        gauges.held(0);
        positions.keySet().removeAll(partitions);
        unplaced.addAll(partitions);
        consumer.pause(partitions);
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                try (Statement settings = connection.createStatement()) {
                    settings.execute(transactionSettings);
                }
                work.run(connection);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                rollback(connection, e);
                throw e;
            }
        }
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}

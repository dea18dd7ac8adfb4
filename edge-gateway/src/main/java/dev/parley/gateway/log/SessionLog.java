package dev.parley.gateway.log;

import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.stereotype.Component;

/** Appends to {@code parley.sessions} and reads it into the {@link Directory}, for ever. */
@Component
public final class SessionLog implements Directory.Observer {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);
    private static final String TOPIC = Topic.SESSIONS.topicName();
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final KafkaOperations<String, byte[]> kafka;
    private final DeadLetters deadLetters;
    private final SessionLogSettings settings;
    private final Directory directory = new Directory(this);
    private final List<Directory.Observer> observers = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Admin admin;
    private final Thread thread;
    private final Object catchUpLock = new Object();

    /** Of those who came while the broker was asked; guarded by the lock. */
    private @Nullable CompletableFuture<Void> nextCatchUp;

    private boolean asking;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long position;
    private volatile long readAtNanos = System.nanoTime();
    private volatile boolean caughtUp;

    /** Completes when the position has passed {@code offset}. */
    private record Waiter(long offset, CompletableFuture<Void> done) {}

    SessionLog(
            KafkaClients clients,
            KafkaOperations<String, byte[]> kafka,
            DeadLetters deadLetters,
            SessionLogSettings settings) {
        this.clients = clients;
        this.kafka = kafka;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.admin = clients.admin("sessions-end");
        this.thread = Thread.ofPlatform().daemon().name("session-log").start(this::run);
    }

    public Directory directory() {
        return directory;
    }

    /** Observers are told of what comes after the log was read the first time. */
    public void observe(Directory.Observer observer) {
        observers.add(observer);
    }

    /** Returns when the log was read up to the end that it had at the start. */
    public void awaitStart() {
        started.orTimeout(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS).join();
    }

    /** Completes when the broker has acknowledged; the value is the record's offset. */
    public CompletableFuture<Long> append(SessionLogEntry entry) {
        return send(entry.key(), Json.write(entry));
    }

    /** Removes a key. */
    public CompletableFuture<Long> remove(String key) {
        return send(key, null);
    }

    /** Appends and completes when the record was applied here, and with it all before it. */
    public CompletableFuture<Void> appendAndApply(SessionLogEntry entry) {
        return append(entry).thenCompose(this::await);
    }

    /**
     * Completes when all that others had appended before this call was applied here. Calls that
     * come while the broker is asked share the next question, so that a reload of everybody asks it
     * a few times only.
     */
    public CompletableFuture<Void> catchUp() {
        CompletableFuture<Void> mine;
        synchronized (catchUpLock) {
            if (nextCatchUp == null) {
                nextCatchUp = new CompletableFuture<>();
            }
            mine = nextCatchUp;
        }
        askForEnd();
        return mine;
    }

    private void askForEnd() {
        CompletableFuture<Void> asked;
        synchronized (catchUpLock) {
            asked = nextCatchUp;
            if (asking || asked == null) {
                return;
            }
            asking = true;
            nextCatchUp = null;
        }
        // By a connection of its own: on the reader's it would stand behind the fetch that waits.
        admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                .partitionResult(PARTITION)
                .toCompletionStage()
                .whenComplete((end, failure) -> {
                    synchronized (catchUpLock) {
                        asking = false;
                    }
                    askForEnd();
                    if (failure == null) {
                        await(end.offset() - 1).thenAccept(asked::complete);
                    } else {
                        asked.completeExceptionally(failure);
                    }
                });
    }

    /** Where the log was read up to; grows with every record that anybody appends. */
    public long position() {
        return position;
    }

    /**
     * Whether what is known here is recent. When not (this process was paused, or cut off), a
     * session may have moved on, and nothing must be delivered.
     */
    public boolean isFresh() {
        return caughtUp && System.nanoTime() - readAtNanos < settings.fenceAfter().toNanos();
    }

    private CompletableFuture<Long> send(String key, byte @Nullable [] value) {
        try {
            return kafka.send(new ProducerRecord<>(TOPIC, 0, key, value))
                    .thenApply(sent -> sent.getRecordMetadata().offset());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Void> await(long offset) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (position > offset) {
            done.complete(null);
            return done;
        }
        // The record is on its way: the fetch that is open returns with it, and needs no waking.
        waiters.add(new Waiter(offset, done));
        answerWaiters();
        return done;
    }

    private void run() {
        while (!isClosed()) {
            try (KafkaConsumer<String, byte[]> reader =
                    new KafkaConsumer<>(clients.consumer("sessions"))) {
                reader.assign(List.of(PARTITION));
                reader.seek(PARTITION, position);
                consumer = reader;
                caughtUp = false;
                while (!isClosed()) {
                    readOnce(reader);
                }
            } catch (RuntimeException e) {
                consumer = null;
                if (!isClosed()) {
                    LOG.warn("the session log cannot be read: {}", e.toString());
                    pauseAfterFailure();
                }
            }
        }
    }

    private void readOnce(KafkaConsumer<String, byte[]> reader) {
        try {
            if (System.nanoTime() - readAtNanos > settings.fenceAfter().toNanos()) {
                caughtUp = false;
            }
            long end = caughtUp ? position : endOffset(reader);
            answerWaiters();
            if (caughtUp || position < end) {
                for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                    apply(record);
                }
                position = reader.position(PARTITION);
            }
            if (!caughtUp && position >= end) {
                caughtUp = true;
                started.complete(null);
            }
            if (caughtUp) {
                readAtNanos = System.nanoTime();
            }
            answerWaiters();
        } catch (WakeupException e) {
            // Closing.
        }
    }

    private static long endOffset(KafkaConsumer<String, byte[]> reader) {
        return reader.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    }

    private void answerWaiters() {
        waiters.removeIf(w -> position > w.offset() && w.done().complete(null));
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            return;
        }
        try {
            SessionLogEntry entry =
                    record.value() == null
                            ? null
                            : Json.read(record.value(), SessionLogEntry.class);
            directory.apply(record.key(), entry, System.nanoTime());
        } catch (UnreadableRecordException e) {
            deadLetters.put(record, "not a session record");
        } catch (RuntimeException e) {
            LOG.error("session record {} was not applied", record.offset(), e);
        }
    }

    @Override
    public void sessionMoved(SessionState before, SessionState now) {
        observers.forEach(o -> o.sessionMoved(before, now));
    }

    @Override
    public void sessionContradicted(SessionState standing) {
        observers.forEach(o -> o.sessionContradicted(standing));
    }

    @Override
    public void laneFreed(int lane) {
        observers.forEach(o -> o.laneFreed(lane));
    }

    @Override
    public void blockFreed() {
        observers.forEach(Directory.Observer::blockFreed);
    }

    @Override
    public void tokenRevoked(String hash) {
        observers.forEach(o -> o.tokenRevoked(hash));
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends at once when this is closed. */
    private void pauseAfterFailure() {
        try {
            if (closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closed in the pause after a failure");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    @PreDestroy
    void close() throws InterruptedException {
        closed.countDown();
        KafkaConsumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        thread.join(Duration.ofSeconds(5));
        admin.close(Duration.ofSeconds(1));
    }
}

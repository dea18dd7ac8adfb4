package dev.parley.audit.proof;

import dev.parley.audit.store.SchemaReady;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Makes checkpoints at intervals, on a thread of its own. It begins when this store has read every
 * checkpoint that the log holds, so that a store which was made anew goes on where the old one
 * ended.
 */
@Component
final class Checkpointer {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final int STOP_TIMEOUT_MS = 5_000;
    private static final int ASK_TIMEOUT_S = 10;

    private final CheckpointMaker maker;
    private final ProofSettings settings;
    private final KafkaClients clients;
    private final JdbcClient database;
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Thread thread;

    Checkpointer(
            CheckpointMaker maker,
            ProofSettings settings,
            KafkaClients clients,
            JdbcClient database) {
        this.maker = maker;
        this.settings = settings;
        this.clients = clients;
        this.database = database;
    }

    @EventListener
    synchronized void start(SchemaReady ready) {
        if (settings.enabled() && thread == null) {
            thread = Thread.ofPlatform().name("checkpointer").start(this::run);
        }
    }

    private void run() {
        boolean caughtUp = false;
        boolean warned = false;
        boolean more = false;
        // One client for as long as it takes to learn where the log ends, and none afterwards.
        try (End end = new End(clients)) {
            while (more || !pause()) {
                more = false;
                try {
                    caughtUp = caughtUp || hasRead(end.offset());
                    if (caughtUp) {
                        maker.publish();
                        more = maker.make() == settings.headsMax() && stop.getCount() > 0;
                        maker.publish();
                    }
                    warned = false;
                } catch (DataAccessException
                        | TransactionException
                        | ExecutionException
                        | TimeoutException e) {
                    if (!warned) {
                        LOG.warn("no checkpoint can be made: {}", e.toString());
                        warned = true;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (RuntimeException e) {
                    LOG.error("a checkpoint could not be made", e);
                }
            }
        }
    }

    /** Where the topic ended when this began; asked for until it is told. */
    private static final class End implements AutoCloseable {
        private final KafkaClients clients;
        private @Nullable Admin admin;
        private @Nullable Long offset;

        End(KafkaClients clients) {
            this.clients = clients;
        }

        long offset() throws ExecutionException, TimeoutException, InterruptedException {
            Long known = offset;
            if (known == null) {
                TopicPartition partition = new TopicPartition(Topic.CHECKPOINTS.topicName(), 0);
                known =
                        client().listOffsets(Map.of(partition, OffsetSpec.latest()))
                                .partitionResult(partition)
                                .get(ASK_TIMEOUT_S, TimeUnit.SECONDS)
                                .offset();
                offset = known;
                close();
            }
            return known;
        }

        private Admin client() {
            Admin open = admin;
            if (open == null) {
                open = clients.admin("checkpoints");
                admin = open;
            }
            return open;
        }

        @Override
        public void close() {
            if (admin != null) {
                admin.close(Duration.ZERO);
                admin = null;
            }
        }
    }

    private boolean hasRead(long end) {
        return end == 0
                || database.sql(
                                        "SELECT coalesce(max(next_offset), 0) FROM consumed_offsets"
                                                + " WHERE topic = ?")
                                .param(Topic.CHECKPOINTS.topicName())
                                .query(Long.class)
                                .single()
                        >= end;
    }

    private boolean pause() {
        try {
            return stop.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @PreDestroy
    synchronized void stop() throws InterruptedException {
        stop.countDown();
        if (thread != null) {
            thread.join(STOP_TIMEOUT_MS);
        }
    }
}

package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Carries what was changed into the log, in order and once: waiting → leading (it holds the lease,
 * has opened the log and brought it level with the database) → waiting. Whatever fails ends the
 * leading; the next one finds out what is in the log already, and goes on behind it.
 */
@Component
@ConditionalOnDatabase
class Relay implements SmartLifecycle {

    /** After the web server, before the streams, which wait for the first policy. */
    static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 256;

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final long STOP_MAX_MS = 5_000;

    private final KafkaClients clients;
    private final Outbound outbound;
    private final TransactionTemplate transactions;
    private final RelayTables tables;
    private final RelayLease lease;
    private final RelaySignal signal;
    private final AdministrationSettings settings;
    private @Nullable PolicyLog log;
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    Relay(
            KafkaClients clients,
            Outbound outbound,
            TransactionTemplate transactions,
            RelayTables tables,
            RelayLease lease,
            RelaySignal signal,
            AdministrationSettings settings) {
        this.clients = clients;
        this.outbound = outbound;
        this.transactions = transactions;
        this.tables = tables;
        this.lease = lease;
        this.signal = signal;
        this.settings = settings;
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("policy-relay").daemon().start(this::relay);
    }

    private void relay() {
        boolean warned = false;
        try {
            while (running) {
                try {
                    if (tables.areReady()) {
                        round();
                        warned = false;
                    }
                    signal.await(settings.poll());
                } catch (DataAccessException | TransactionException | KafkaException e) {
                    stopLeading();
                    if (!warned) {
                        LOG.warn(
                                "changes of the policy wait in the database: {}",
                                PolicySchema.rootOf(e).toString());
                        warned = true;
                    }
                    TimeUnit.MILLISECONDS.sleep(settings.retry().toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("the relay of the policy ended", e);
        } finally {
            stopLeading();
            release();
        }
    }

    private void round() {
        if (!lease.hold()) {
            stopLeading();
            return;
        }
        PolicyLog open = log;
        if (open == null) {
            open = PolicyLog.open(clients, outbound);
            log = open;
            lead(open);
        }
        drain(open);
        if (tables.acceptFirstTools()) {
            drain(open);
        }
    }

    /** Brings the log level with the database, whatever became of either. */
    private void lead(PolicyLog open) {
        PolicyLog.Tail tail = open.tail();
        Map<String, @Nullable PolicyRecord> inForce = open.standing();
        transactions.executeWithoutResult(status -> tables.seed(inForce, tail.last()));
        Long known = tables.ordinalInLog(tail);
        if (known != null) {
            transactions.executeWithoutResult(status -> tables.outbox().deleteThrough(known));
            republishLost(open, known);
        }
        drain(open);
        reconcile(open);
        LOG.info("this instance carries the policy's changes");
    }

    /** What the log lost of the changes that had been carried; nothing in the ordinary case. */
    private void republishLost(PolicyLog open, long known) {
        long next = known + 1;
        while (running) {
            List<PolicyChange> changes = tables.changesFrom(next, settings.batch());
            // Asked afterwards: a change that was seen above and waits is seen waiting here.
            long first = tables.firstWaiting();
            List<PolicyChange> lost =
                    changes.stream().filter(change -> change.ordinal() < first).toList();
            if (lost.isEmpty()) {
                return;
            }
            LOG.warn("{} changes are missing in the log and published again", lost.size());
            open.publish(lost.stream().map(open::change).toList());
            next = lost.getLast().ordinal() + 1;
        }
    }

    /** Every waiting change with the record that it makes, a batch in one transaction. */
    private void drain(PolicyLog open) {
        while (running) {
            List<OutboxEntry> waiting =
                    tables.outbox().findByOrderByOrdinal(Limit.of(settings.batch()));
            if (waiting.isEmpty()) {
                return;
            }
            Map<Long, PolicyChange> changes = new HashMap<>();
            tables.changesOf(waiting).forEach(change -> changes.put(change.ordinal(), change));
            List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
            for (OutboxEntry entry : waiting) {
                records.add(open.subject(entry.subject(), entry.record()));
                records.add(open.change(Objects.requireNonNull(changes.get(entry.ordinal()))));
            }
            open.publish(records);
            long last = waiting.getLast().ordinal();
            transactions.executeWithoutResult(status -> tables.outbox().deleteThrough(last));
        }
    }

    /** The policy topic may have been lost, or written by an instance without a database. */
    private void reconcile(PolicyLog open) {
        Map<String, PolicyRecord> wanted = tables.subjects();
        Map<String, @Nullable PolicyRecord> inForce = open.standing();
        Map<String, @Nullable PolicyRecord> wrong = new TreeMap<>();
        wanted.forEach((subject, record) -> {
            if (!record.equals(inForce.get(subject))) {
                wrong.put(subject, record);
            }
        });
        inForce.keySet().stream()
                .filter(subject -> !wanted.containsKey(subject))
                .forEach(subject -> wrong.put(subject, null));
        if (!wrong.isEmpty()) {
            LOG.warn(
                    "the policy topic differs from the database in {} subjects, the first is {}",
                    wrong.size(),
                    wrong.keySet().iterator().next());
            open.publish(
                    wrong.entrySet().stream()
                            .map(e -> open.subject(e.getKey(), e.getValue()))
                            .toList());
        }
    }

    private void stopLeading() {
        PolicyLog open = log;
        if (open != null) {
            log = null;
            open.close();
        }
    }

    private void release() {
        try {
            if (tables.areReady()) {
                lease.release();
            }
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("the lease runs out by itself", e);
        }
    }

    @Override
    public void stop() {
        running = false;
        signal.changed();
        Thread relaying = thread;
        if (relaying != null) {
            try {
                relaying.join(STOP_MAX_MS);
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
        return PHASE;
    }
}

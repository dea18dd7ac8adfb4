package dev.parley.audit.search;

import dev.parley.audit.store.SchemaReady;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Works through the links that wait for the word index; one thread. Several instances share the
 * work, since each takes rows that no other has locked. Metrics: {@code parley.search.lag} (age in
 * seconds of the oldest link that waits) and {@code parley.search.pending}.
 */
@Component
final class SearchIndexer {

    private static final Logger LOG = LoggerFactory.getLogger(SearchIndexer.class);
    private static final int STOP_TIMEOUT_MS = 5_000;

    private final SearchSettings settings;
    private final IndexBatch batch;
    private final AtomicLong lagSeconds = new AtomicLong();
    private final AtomicLong pending = new AtomicLong();
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Thread thread;

    SearchIndexer(SearchSettings settings, IndexBatch batch, MeterRegistry meters) {
        this.settings = settings;
        this.batch = batch;
        meters.gauge("parley.search.lag", lagSeconds);
        meters.gauge("parley.search.pending", pending);
    }

    @EventListener
    synchronized void start(SchemaReady ready) {
        if (settings.enabled() && thread == null) {
            thread = Thread.ofPlatform().name("search-indexer").start(this::run);
        }
    }

    private void run() {
        boolean warned = false;
        boolean stopped = false;
        while (!stopped) {
            int taken = 0;
            try {
                taken = batch.index();
                IndexBatch.Backlog backlog = batch.backlog();
                lagSeconds.set(backlog.oldestSeconds());
                pending.set(backlog.links());
                warned = false;
            } catch (DataAccessException | TransactionException e) {
                if (!warned) {
                    LOG.warn("the indexer waits for PostgreSQL: {}", e.getClass().getSimpleName());
                    warned = true;
                }
            } catch (RuntimeException e) {
                LOG.error("a batch could not be indexed", e);
            }
            stopped = taken == settings.batch() ? stop.getCount() == 0 : pause();
        }
    }

    private boolean pause() {
        try {
            return stop.await(settings.idle().toMillis(), TimeUnit.MILLISECONDS);
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

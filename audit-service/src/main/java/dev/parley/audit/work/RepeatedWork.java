package dev.parley.audit.work;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A thread that does a piece of work, at once again while there is more, and after a rest else. A
 * piece that PostgreSQL does not take is tried again; any other failure is told and survived.
 */
public final class RepeatedWork {

    private static final Logger LOG = LoggerFactory.getLogger(RepeatedWork.class);
    private static final int STOP_TIMEOUT_MS = 5_000;

    private final String name;
    private final Duration rest;
    private final BooleanSupplier piece;
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Thread thread;

    /**
     * @param piece answers whether there is more to do at once
     */
    public RepeatedWork(String name, Duration rest, BooleanSupplier piece) {
        this.name = name;
        this.rest = rest;
        this.piece = piece;
    }

    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().name(name).start(this::run);
        }
    }

    public boolean isStopping() {
        return stop.getCount() == 0;
    }

    private void run() {
        boolean warned = false;
        boolean stopped = false;
        while (!stopped) {
            boolean more = false;
            try {
                more = piece.getAsBoolean();
                warned = false;
            } catch (DataAccessException | TransactionException e) {
                if (!warned) {
                    LOG.warn("{} waits for PostgreSQL: {}", name, e.getClass().getSimpleName());
                    LOG.debug("the cause", e);
                    warned = true;
                }
            } catch (RuntimeException e) {
                LOG.error("{} failed and goes on", name, e);
            }
            stopped = more ? isStopping() : pause();
        }
    }

    private boolean pause() {
        try {
            return stop.await(rest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Returns when the piece in hand is done, or has taken too long. */
    public synchronized void stop() {
        stop.countDown();
        if (thread != null) {
            try {
                thread.join(STOP_TIMEOUT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

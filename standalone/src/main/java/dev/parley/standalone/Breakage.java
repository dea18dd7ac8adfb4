package dev.parley.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks parts of this run on purpose, for people who want to see that nothing is lost. One at a
 * time: a part that is being broken is not broken again.
 */
final class Breakage {

    static final Duration POSTGRES_PAUSE = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(Breakage.class);

    private final @Nullable EmbeddedPostgres postgres;
    private final Consumer<String> restart;
    private final Executor threads =
            work -> Thread.ofPlatform().daemon().name("breakage").start(work);
    private final AtomicBoolean workerDown = new AtomicBoolean();
    private final AtomicBoolean postgresPaused = new AtomicBoolean();

    /**
     * @param postgres null when the database is not of this run
     * @param restart ends the named service abruptly and starts it again; returns when it runs
     */
    Breakage(@Nullable EmbeddedPostgres postgres, Consumer<String> restart) {
        this.postgres = postgres;
        this.restart = restart;
    }

    boolean hasPostgres() {
        return postgres != null;
    }

    /** Returns at once; the worker is back after some seconds. */
    void killWorker() {
        if (workerDown.compareAndSet(false, true)) {
            threads.execute(() -> {
                try {
                    restart.accept(Standalone.WORKER);
                } catch (RuntimeException e) {
                    LOG.error("the worker did not start again", e);
                } finally {
                    workerDown.set(false);
                }
            });
        }
    }

    /** Returns at once; the database goes on after {@link #POSTGRES_PAUSE}. */
    void pausePostgres() throws IOException {
        EmbeddedPostgres database = postgres;
        if (database == null || !postgresPaused.compareAndSet(false, true)) {
            return;
        }
        try {
            database.pause();
        } catch (IOException e) {
            postgresPaused.set(false);
            throw e;
        }
        CompletableFuture.delayedExecutor(POSTGRES_PAUSE.toSeconds(), TimeUnit.SECONDS, threads)
                .execute(() -> {
                    try {
                        database.resume();
                    } catch (IOException e) {
                        LOG.error("PostgreSQL could not be resumed", e);
                    } finally {
                        postgresPaused.set(false);
                    }
                });
    }
}

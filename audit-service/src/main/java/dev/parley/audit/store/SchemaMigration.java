package dev.parley.audit.store;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Brings the schema up when PostgreSQL answers, so that the service starts without it and becomes
 * useful with it. States: waiting → ready; ready is for good.
 */
@Component
public final class SchemaMigration implements FlywayMigrationStrategy, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaMigration.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ApplicationEventPublisher events;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Flyway flyway;
    private volatile boolean ready;
    private volatile boolean running;

    SchemaMigration(ApplicationEventPublisher events) {
        this.events = events;
    }

    public boolean isReady() {
        return ready;
    }

    /** Called by Spring while the context is made; the migration itself comes later. */
    @Override
    public void migrate(Flyway configured) {
        this.flyway = configured;
    }

    @Override
    public void start() {
        running = true;
        Thread.ofPlatform().name("schema-migration").daemon().start(this::bringUp);
    }

    private void bringUp() {
        Flyway configured = flyway;
        boolean warned = false;
        while (configured != null && !ready && running) {
            try {
                configured.migrate();
                ready = true;
                events.publishEvent(new SchemaReady());
            } catch (RuntimeException e) {
                if (!warned) {
                    LOG.warn("the schema waits for PostgreSQL: {}", rootOf(e).toString());
                    warned = true;
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            if (stop.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                running = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public void stop() {
        running = false;
        stop.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

package dev.parley.orchestrator.admin;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Brings the tables up when PostgreSQL answers; the service starts without. States: waiting →
 * ready; ready is for good.
 */
@Component
@ConditionalOnDatabase
class PolicySchema implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(PolicySchema.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Flyway flyway;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile boolean ready;
    private volatile boolean running;

    PolicySchema(Flyway flyway) {
        this.flyway = flyway;
    }

    boolean isReady() {
        return ready;
    }

    @Override
    public void start() {
        running = true;
        Thread.ofPlatform().name("policy-schema").daemon().start(this::bringUp);
    }

    private void bringUp() {
        boolean warned = false;
        try {
            do {
                try {
                    flyway.migrate();
                    ready = true;
                } catch (RuntimeException e) {
                    if (!warned) {
                        LOG.warn("administration waits for PostgreSQL: {}", rootOf(e).toString());
                        warned = true;
                    }
                }
            } while (!ready && !stop.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Throwable rootOf(Throwable thrown) {
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

    /** With the relay, before the streams wait for the policy. */
    @Override
    public int getPhase() {
        return Relay.PHASE;
    }
}

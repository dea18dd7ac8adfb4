package dev.parley.worker.intake;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** Whether the broker answers at this moment; consumers alone wait in silence when it does not. */
public final class KafkaReach implements AutoCloseable {

    private static final int TIMEOUT_MS = 2_000;

    /** Probes that come faster than this share an answer. */
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final Admin admin;
    private long askedNanos = System.nanoTime() - FRESH_NANOS;
    private boolean answered;

    public KafkaReach(Admin admin) {
        this.admin = admin;
    }

    /** Asks, or repeats an answer of the last second. */
    public synchronized boolean answers() {
        if (System.nanoTime() - askedNanos >= FRESH_NANOS) {
            answered = ask();
            askedNanos = System.nanoTime();
        }
        return answered;
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    private boolean ask() {
        try {
            admin.describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MS))
                    .nodes()
                    .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

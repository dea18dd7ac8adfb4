package dev.parley.standalone;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has started so far, and how to stop it in order and in time.
 *
 * <p>Safe to stop while parts are still starting: a part that arrives late is stopped at once.
 */
final class RunningParts {

    /** A part that does not stop by then is left behind; the process ends anyway. */
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private static final Duration STOP_ALL_MAX = Duration.ofSeconds(40);

    private static final Logger LOG = LoggerFactory.getLogger(RunningParts.class);

    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private boolean stopping;

    private record Part(int rank, String name, AutoCloseable running) {}

    /** Parts stop by ascending rank. */
    void add(int rank, String name, AutoCloseable running) {
        boolean late;
        synchronized (this) {
            late = stopping;
            parts.add(new Part(rank, name, running));
        }
        if (late) {
            stop(new Part(rank, name, running), STOP_MAX);
        }
    }

    /**
     * Stops every part once, each within its bound and all within theirs.
     *
     * @return whether there was anything to stop
     */
    boolean stop() {
        synchronized (this) {
            if (stopping) {
                return false;
            }
            stopping = true;
        }
        long deadline = System.nanoTime() + STOP_ALL_MAX.toNanos();
        parts.stream()
                .sorted(Comparator.comparingInt(Part::rank))
                .forEach(part -> {
                    Duration left = Duration.ofNanos(deadline - System.nanoTime());
                    stop(part, left.compareTo(STOP_MAX) < 0 ? left : STOP_MAX);
                });
        return !parts.isEmpty();
    }

    private static void stop(Part part, Duration max) {
        long began = System.nanoTime();
        Thread stopper = Thread.ofPlatform().name("stop-" + part.name()).start(() -> close(part));
        try {
            // Even with no time left each part is told to stop.
            boolean stopped = stopper.join(max.isPositive() ? max : Duration.ofMillis(1));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            if (stopped) {
                LOG.info("{} stopped in {} ms", part.name(), took.toMillis());
            } else {
                LOG.warn("{} did not stop within {} ms", part.name(), took.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Part part) {
        try {
            part.running().close();
        } catch (Exception e) {
            LOG.warn("{} did not stop cleanly", part.name(), e);
        }
    }
}

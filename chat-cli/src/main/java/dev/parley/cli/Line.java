package dev.parley.cli;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one session across broken links: opens, waits with back-off, opens again with
 * session and cursor.
 *
 * <pre>
 *   open() → connected ──lost()──→ waiting ──dueNanos()──→ open()
 *                          └──→ given up (answers why)
 * </pre>
 *
 * Owned by the conversation's thread.
 */
final class Line {

    /** Attempts in a row before it is given up. */
    static final int ATTEMPTS_MAX = 20;

    /** A link that lived this long was a good one: the next failure starts the back-off anew. */
    static final Duration STABLE_AFTER = Duration.ofSeconds(10);

    /** Wait after a server said that it has no room. */
    static final Duration LATER = Duration.ofSeconds(5);

    private final Gateway gateway;
    private final Connector connector;
    private final BlockingQueue<Event> events;
    private final BackOff backOff;

    private Resume resume = Resume.NOTHING;
    private @Nullable Link link;
    private long openedNanos;
    private @Nullable Long retryNanos;
    private @Nullable Duration drainDelay;

    Line(Gateway gateway, Connector connector, BlockingQueue<Event> events, BackOff backOff) {
        this.gateway = gateway;
        this.connector = connector;
        this.events = events;
        this.backOff = backOff;
    }

    @Nullable Link link() {
        return link;
    }

    /** Time of the next attempt by {@link System#nanoTime}; null when none is planned. */
    @Nullable Long retryNanos() {
        return retryNanos;
    }

    void resumeFrom(Resume from) {
        resume = from;
    }

    Resume resume() {
        return resume;
    }

    /** The server told how long to stay away. */
    void drain(Duration delay) {
        drainDelay = delay;
    }

    /** The first attempt: what goes wrong is the caller's to tell. */
    void open() throws IOException, InterruptedException {
        retryNanos = null;
        try {
            link = connector.open(gateway, resume, events);
        } catch (RefusedException e) {
            if (e.status() != 401 || gateway.renew() == null) {
                throw e;
            }
            link = connector.open(gateway, resume, events);
        }
        openedNanos = System.nanoTime();
    }

    /** Another attempt; answers why it is given up, or nothing. */
    Optional<String> reopen() throws InterruptedException {
        try {
            open();
            return Optional.empty();
        } catch (RefusedException e) {
            boolean passing = e.status() == 429 || e.status() >= 500;
            return passing ? later(LATER) : Optional.of(Advice.of(e));
        } catch (IOException e) {
            return later(Duration.ZERO);
        }
    }

    /** The link is over; answers why it stays so, or nothing when another attempt is planned. */
    Optional<String> lost(LinkEnd end) throws InterruptedException {
        close();
        if (System.nanoTime() - openedNanos > STABLE_AFTER.toNanos()) {
            backOff.reset();
        }
        CloseCode code = end.known().orElse(null);
        if (code == null) {
            return later(Duration.ZERO);
        }
        return switch (code.next()) {
            case STOP -> Optional.of(Advice.of(code));
            case RECONNECT -> later(Duration.ZERO);
            case RECONNECT_LATER -> later(LATER);
            case REFRESH_TOKEN -> refresh(code);
        };
    }

    void close() {
        if (link != null) {
            link.close();
        }
        link = null;
    }

    private Optional<String> refresh(CloseCode code) throws InterruptedException {
        try {
            return gateway.renew() == null ? Optional.of(Advice.of(code)) : later(Duration.ZERO);
        } catch (RefusedException e) {
            return Optional.of(Advice.of(e));
        } catch (IOException e) {
            return later(Duration.ZERO);
        }
    }

    private Optional<String> later(Duration atLeast) {
        if (backOff.attempts() >= ATTEMPTS_MAX) {
            return Optional.of("The server cannot be reached any more.");
        }
        Duration wait = drainDelay != null ? drainDelay : backOff.next().plus(atLeast);
        drainDelay = null;
        retryNanos = System.nanoTime() + wait.toNanos();
        return Optional.empty();
    }
}

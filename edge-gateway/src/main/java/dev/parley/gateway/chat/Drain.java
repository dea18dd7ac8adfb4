package dev.parley.gateway.chat;

import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ServerFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The end of a gateway's service. New connections are refused at once; those that are here are
 * closed one after the other at a bounded rate, so that the gateways that go on never meet all
 * their clients in one second, and until its turn each is served as before. Who is closed is asked
 * to wait a moment of its own, too.
 *
 * <p>Answers of the OpenAI-compatible entrance cannot be resumed elsewhere: they have until the
 * end.
 */
@Component
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final long RECONNECT_MS_MIN = 20;

    private final Registry registry;
    private final ConnectionSettings settings;

    Drain(Registry registry, Parts parts) {
        this.registry = registry;
        this.settings = parts.limits().connection();
    }

    /** How the connections are spread over time. */
    record Pace(int connections, Duration window) {

        /** As slow as the rate asks, but never longer than a stop may take. */
        static Pace of(int connections, ConnectionSettings settings) {
            long ms = connections * 1_000L / settings.drainPerSecond();
            return new Pace(
                    connections, Duration.ofMillis(Math.min(ms, settings.drainMax().toMillis())));
        }

        /** From the drain's beginning to the turn of a connection. */
        long nanosUntil(int index) {
            return connections == 0 ? 0 : window.toNanos() / connections * index;
        }

        /** The longest wait that a closed client is asked for. */
        long reconnectMsMax(ConnectionSettings settings) {
            return RECONNECT_MS_MIN
                    + Math.min(settings.drainSpread().toMillis(), Math.max(80, window.toMillis()));
        }
    }

    /** Returns when every connection has ended, or has had its time. */
    void run() {
        registry.beginDrain();
        long began = System.nanoTime();
        List<ChatSession> leaving = new ArrayList<>();
        List<ChatSession> finishing = new ArrayList<>();
        registry.all().forEach(s -> (s.isUnresumable() ? finishing : leaving).add(s));
        Collections.shuffle(leaving);
        Pace pace = Pace.of(leaving.size(), settings);
        LOG.info("{} connections are closed over {} ms", leaving.size(), pace.window().toMillis());
        try {
            for (int i = 0; i < leaving.size(); i++) {
                sleepUntil(began + pace.nanosUntil(i));
                ask(leaving.get(i), pace.reconnectMsMax(settings));
            }
            // Those that came in while the drain began.
            registry.all().stream()
                    .filter(s -> !s.isUnresumable() && s.isLive())
                    .forEach(s -> ask(s, pace.reconnectMsMax(settings)));
            long last = began + settings.drainMax().toNanos();
            awaitNone(finishing.isEmpty() ? began : last);
            finishing.forEach(s -> s.close(CloseCode.DRAINED));
            awaitNone(System.nanoTime() + settings.closeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ask(ChatSession session, long reconnectMsMax) {
        long delay = ThreadLocalRandom.current().nextLong(RECONNECT_MS_MIN, reconnectMsMax + 1);
        session.send(new ServerFrame.Closing("drain", delay));
        session.close(CloseCode.DRAINED);
    }

    private void awaitNone(long deadline) throws InterruptedException {
        while (!registry.all().isEmpty() && System.nanoTime() - deadline < 0) {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }
}

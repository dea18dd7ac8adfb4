package dev.parley.gateway.chat;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Signs of life of one connection, both ways. */
final class Pulse {

    private volatile long heardNanos = System.nanoTime();
    private volatile long nextBeatNanos;

    void start(long firstBeatNanos) {
        nextBeatNanos = firstBeatNanos;
    }

    /** The client gave a sign of life. */
    void heard() {
        heardNanos = System.nanoTime();
    }

    /** Sends what is due; cuts a line that has been silent for too long. */
    void beat(long nowNanos, Transport transport, ConnectionSettings settings) {
        if (nowNanos - nextBeatNanos < 0) {
            return;
        }
        long deadAfter = settings.heartbeat().toNanos() * 2 + settings.pongTimeout().toNanos();
        if (transport.expectsAnswers() && nowNanos - heardNanos > deadAfter) {
            transport.abort();
            return;
        }
        nextBeatNanos =
                transport.expectsAnswers()
                        ? next(nowNanos, settings.heartbeat())
                        : nowNanos + settings.sseKeepAlive().toNanos();
        transport.beat();
    }

    /** The first beat falls anywhere in half an interval, so that those of a reload do not meet. */
    static long first(long nowNanos, Duration interval) {
        return nowNanos + ThreadLocalRandom.current().nextLong(interval.toNanos()) / 2;
    }

    private static long next(long nowNanos, Duration interval) {
        long fifth = interval.toNanos() / 5;
        return nowNanos + interval.toNanos() + ThreadLocalRandom.current().nextLong(-fifth, fifth);
    }
}

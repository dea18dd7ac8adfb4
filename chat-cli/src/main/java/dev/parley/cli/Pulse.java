package dev.parley.cli;

import java.time.Duration;

/**
 * Whether a link still lives. A cut cable closes no socket, and the JDK's WebSocket client at times
 * (some per cent, JDK 25) does not report a connection that ends without a close frame; so silence
 * is answered by a ping, and a ping without any byte after it is the end. While an answer runs the
 * silence that is borne is short.
 */
final class Pulse {

    /** Time between two looks. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** Silence that is borne while an answer runs. */
    static final Duration PROBE_AFTER = Duration.ofSeconds(2);

    /** Silence after a ping that means a dead link. */
    static final Duration PONG_WITHIN = Duration.ofSeconds(5);

    /** Longest wait for the first frame. */
    static final Duration WELCOME_WITHIN = Duration.ofSeconds(15);

    /** Silence that is borne while nothing runs, where the server names none. */
    static final Duration HEARTBEAT_DEFAULT = Duration.ofSeconds(25);

    /** What to do about a link. */
    enum Finding {
        ALIVE,
        ASK,
        DEAD
    }

    private Duration heartbeat = HEARTBEAT_DEFAULT;
    private boolean welcomed;
    private boolean asked;
    private long askedNanos;

    /** A new link was opened, or the old one is over. */
    void reset() {
        welcomed = false;
        asked = false;
    }

    void welcomed(int heartbeatS) {
        welcomed = true;
        heartbeat = heartbeatS > 0 ? Duration.ofSeconds(heartbeatS) : HEARTBEAT_DEFAULT;
    }

    /**
     * @param heardNanos when the last byte came in
     * @param running whether an answer runs
     */
    Finding look(long nowNanos, long heardNanos, boolean running) {
        long silentNanos = nowNanos - heardNanos;
        if (!welcomed) {
            return silentNanos > WELCOME_WITHIN.toNanos() ? Finding.DEAD : Finding.ALIVE;
        }
        if (asked && heardNanos - askedNanos < 0) {
            return nowNanos - askedNanos > PONG_WITHIN.toNanos() ? Finding.DEAD : Finding.ALIVE;
        }
        asked = silentNanos > (running ? PROBE_AFTER : heartbeat).toNanos();
        askedNanos = nowNanos;
        return asked ? Finding.ASK : Finding.ALIVE;
    }
}

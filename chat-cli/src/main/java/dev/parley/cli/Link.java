package dev.parley.cli;

import java.io.IOException;

/**
 * One connection to the gateway, whatever carries it. It puts its frames and its end into the queue
 * of events.
 */
interface Link extends AutoCloseable {

    /**
     * Hands one frame over.
     *
     * @throws RefusedException the server answered and said no
     * @throws IOException the connection is broken; the end of the link follows as an event, or has
     */
    void send(String frame) throws IOException, InterruptedException;

    /** {@link System#nanoTime} of the last byte that came in, comments included. */
    long lastHeardNanos();

    /** Ends the connection without an event. */
    @Override
    void close();
}

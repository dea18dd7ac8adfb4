package dev.parley.cli;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;

/** Opens a link by one of the transports. */
@FunctionalInterface
interface Connector {

    Link open(Gateway gateway, Resume resume, BlockingQueue<Event> events)
            throws IOException, InterruptedException;
}

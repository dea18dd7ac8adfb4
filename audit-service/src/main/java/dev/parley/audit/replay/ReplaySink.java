package dev.parley.audit.replay;

import java.io.IOException;

/** A client that a replay is played to. */
interface ReplaySink {

    /** Waits while the client is slow; throws when it is gone. */
    void frame(long positionMs, byte[] json) throws IOException;

    /** Called while there is nothing to send; throws when the client is gone. */
    void alive() throws IOException;
}

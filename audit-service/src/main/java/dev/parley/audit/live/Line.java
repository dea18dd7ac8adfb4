package dev.parley.audit.live;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;

/** A way to one reader. Used by one thread. */
public interface Line {

    /** Returns when the line has taken the frame; throws when it is broken or takes too long. */
    void send(String json) throws IOException;

    /** Tells the reader that the line is alive; throws as {@link #send} does. */
    void beat() throws IOException;

    void close(CloseCode code);

    boolean isOpen();
}

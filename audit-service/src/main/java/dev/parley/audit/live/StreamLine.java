package dev.parley.audit.live;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events as a line; a write that the container gives up on is a reader who is gone. A
 * stream has no close code: a reader who is too slow sees it end.
 */
public final class StreamLine implements Line {

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private boolean open = true;

    public StreamLine(OutputStream out) {
        this.out = out;
    }

    @Override
    public void send(String json) throws IOException {
        out.write(("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void beat() throws IOException {
        out.write(COMMENT);
        out.flush();
    }

    @Override
    public void close(CloseCode code) {
        open = false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }
}

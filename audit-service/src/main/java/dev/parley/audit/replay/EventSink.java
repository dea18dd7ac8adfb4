package dev.parley.audit.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events: the id is the position, the data the frame. */
final class EventSink implements ReplaySink {

    private static final byte[] DATA = "\ndata: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ALIVE = ": alive\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;

    EventSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public void frame(long positionMs, byte[] json) throws IOException {
        out.write(("id: " + positionMs).getBytes(StandardCharsets.US_ASCII));
        out.write(DATA);
        out.write(json);
        out.write(END);
        out.flush();
    }

    @Override
    public void alive() throws IOException {
        out.write(ALIVE);
        out.flush();
    }
}

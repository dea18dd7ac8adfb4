package dev.parley.worker.tool.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines of at most so many bytes. */
final class Lines {

    private final InputStream in;
    private final int bytesMax;
    private final byte[] buffer = new byte[8192];
    private int at;
    private int end;
    private boolean lineFeedSkipped;

    Lines(InputStream in, int bytesMax) {
        this.in = in;
        this.bytesMax = bytesMax;
    }

    /** A line longer than anybody means. */
    static final class OverlongException extends IOException {
        private static final long serialVersionUID = 1L;

        OverlongException(int bytesMax) {
            super("a message of more than " + bytesMax + " bytes");
        }
    }

    /** The next line without its end (LF, CR or CRLF); null at the end of the stream. */
    @Nullable String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean any = false;
        while (true) {
            if (at == end) {
                end = in.read(buffer);
                at = 0;
                if (end < 0) {
                    end = 0;
                    return any ? line.toString(StandardCharsets.UTF_8) : null;
                }
                continue;
            }
            byte b = buffer[at++];
            if (b == '\n' && lineFeedSkipped) {
                lineFeedSkipped = false;
                continue;
            }
            lineFeedSkipped = b == '\r';
            if (b == '\n' || b == '\r') {
                return line.toString(StandardCharsets.UTF_8);
            }
            any = true;
            if (line.size() >= bytesMax) {
                throw new OverlongException(bytesMax);
            }
            line.write(b);
        }
    }
}

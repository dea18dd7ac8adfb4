package dev.parley.worker.provider.openai;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into server-sent events (HTML standard, 9.2.6) and hands on their data.
 * Lines end in LF, CR or CRLF; comments and fields other than {@code data} are dropped. Bytes are
 * decoded by nobody here, so that a character cut by the network is whole again in its event.
 */
final class SseReader {

    /** Takes the data of one event; the bytes are valid during the call only. */
    @FunctionalInterface
    interface EventSink<E extends Exception> {
        void data(byte[] bytes, int offset, int length) throws E;
    }

    /** The stream is no stream of events, or has one that is too long. */
    static final class OverlongEventException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OverlongEventException(int bytesMax) {
            super("an event longer than " + bytesMax + " bytes");
        }
    }

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int eventBytesMax;
    private byte[] line = new byte[1024];
    private int lineLength;
    private byte[] data = new byte[1024];
    private int dataLength;
    private boolean hasData;
    private boolean lastWasCr;
    private boolean atStart = true;

    SseReader(int eventBytesMax) {
        this.eventBytesMax = eventBytesMax;
    }

    /** Takes the next bytes, however they were cut, and hands on each event that they complete. */
    <E extends Exception> void feed(ByteBuffer buffer, EventSink<E> sink) throws E {
        while (buffer.hasRemaining()) {
            byte b = buffer.get();
            if (b == '\n' && lastWasCr) {
                lastWasCr = false;
                continue;
            }
            lastWasCr = b == '\r';
            if (b == '\n' || b == '\r') {
                endLine(sink);
            } else {
                takeRun(b, buffer);
            }
        }
    }

    /**
     * The stream ended. The standard drops an event without its closing blank line; services are
     * seen that leave it out after the last one, so it is handed on.
     */
    <E extends Exception> void end(EventSink<E> sink) throws E {
        if (lineLength > 0) {
            endLine(sink);
        }
        dispatch(sink);
    }

    /** Copies {@code first} and what follows it, up to the end of the line or of the buffer. */
    private void takeRun(byte first, ByteBuffer buffer) {
        int run = 1;
        int at = buffer.position();
        int limit = buffer.limit();
        while (at < limit) {
            byte b = buffer.get(at);
            if (b == '\n' || b == '\r') {
                break;
            }
            at++;
            run++;
        }
        line = grown(line, lineLength, run);
        line[lineLength++] = first;
        buffer.get(line, lineLength, run - 1);
        lineLength += run - 1;
    }

    private <E extends Exception> void endLine(EventSink<E> sink) throws E {
        int start = 0;
        if (atStart) {
            atStart = false;
            if (lineLength >= BOM.length
                    && Arrays.equals(line, 0, BOM.length, BOM, 0, BOM.length)) {
                start = BOM.length;
            }
        }
        int length = lineLength - start;
        lineLength = 0;
        if (length == 0) {
            dispatch(sink);
            return;
        }
        if (length < DATA.length || !Arrays.equals(line, start, start + DATA.length, DATA, 0, 4)) {
            return;
        }
        int value = start + DATA.length;
        int end = start + length;
        if (value < end) {
            if (line[value] != ':') {
                return;
            }
            value++;
            if (value < end && line[value] == ' ') {
                value++;
            }
        }
        addData(value, end - value);
    }

    private void addData(int from, int length) {
        data = grown(data, dataLength, length + 1);
        if (hasData) {
            data[dataLength++] = '\n';
        }
        System.arraycopy(line, from, data, dataLength, length);
        dataLength += length;
        hasData = true;
    }

    private <E extends Exception> void dispatch(EventSink<E> sink) throws E {
        if (hasData) {
            hasData = false;
            int length = dataLength;
            dataLength = 0;
            sink.data(data, 0, length);
        }
    }

    private byte[] grown(byte[] bytes, int length, int more) {
        if (length + more > eventBytesMax) {
            throw new OverlongEventException(eventBytesMax);
        }
        return length + more <= bytes.length
                ? bytes
                : Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
}

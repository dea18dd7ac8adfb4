package dev.parley.bench.net;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** WebSocket framing (RFC 6455, section 5) as a client sees it, without extensions. */
public final class WebSocketFrames {

    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private WebSocketFrames() {}

    /** One frame from the server; the payload is the taker's own. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Frame(int opcode, boolean isFinal, byte[] payload) {}

    /** Takes a frame from the front, or nothing when it is not there whole. */
    public static @Nullable Frame take(Bytes bytes) {
        if (bytes.size() < 2) {
            return null;
        }
        int first = bytes.at(0) & 0xff;
        int shortLength = bytes.at(1) & 0x7f;
        int header = 2 + lengthBytes(shortLength);
        if (bytes.size() < header) {
            return null;
        }
        long length = shortLength;
        if (header > 2) {
            length = 0;
            for (int i = 2; i < header; i++) {
                length = (length << 8) | (bytes.at(i) & 0xff);
            }
        }
        if (bytes.size() < header + length) {
            return null;
        }
        bytes.drop(header);
        return new Frame(first & 0x0f, (first & FIN) != 0, bytes.take((int) length));
    }

    /** A final frame, masked as a client must. */
    public static ByteBuffer masked(int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) (FIN | opcode));
        if (payload.length < LENGTH_16) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length <= 0xffff) {
            frame.put((byte) (MASKED | LENGTH_16)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | LENGTH_64)).putLong(payload.length);
        }
        int mask = ThreadLocalRandom.current().nextInt();
        frame.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3)))));
        }
        return frame.flip();
    }

    private static int lengthBytes(int shortLength) {
        return switch (shortLength) {
            case LENGTH_16 -> 2;
            case LENGTH_64 -> 8;
            default -> 0;
        };
    }
}

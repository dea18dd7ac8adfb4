package dev.parley.bench.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireFormsTest {

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void add(Bytes bytes, String text) {
        bytes.add(ByteBuffer.wrap(ascii(text)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1_000})
    void aChunkedBodyIsUndoneHoweverItIsCut(int pieceBytes) {
        byte[] wire =
                ascii(
                        "5\r\nhello\r\n1;name=value\r\n,\r\nA\r\n world 123\r\n0\r\nTrailer: x\r\n\r\nnext");
        Bytes in = new Bytes(4);
        Bytes out = new Bytes(4);
        ChunkedBody body = new ChunkedBody();
        for (int at = 0; at < wire.length; at += pieceBytes) {
            in.add(wire, at, Math.min(pieceBytes, wire.length - at));
            body.decode(in, out);
        }
        assertThat(body.isEnded()).isTrue();
        assertThat(new String(out.take(out.size()), StandardCharsets.US_ASCII))
                .isEqualTo("hello, world 123");
        assertThat(new String(in.take(in.size()), StandardCharsets.US_ASCII)).isEqualTo("next");
    }

    @Test
    void aHeadIsTakenOnlyWhenItIsThereWhole() {
        Bytes in = new Bytes(4);
        add(in, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\n");
        assertThat(HttpHead.take(in)).isNull();
        add(in, "\r\nrest");
        HttpHead head = Objects.requireNonNull(HttpHead.take(in));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.contentLength()).isEqualTo(12);
        assertThat(head.isChunked()).isTrue();
        assertThat(in.size()).isEqualTo(4);
    }

    // Each length at which the header changes its form, and their neighbours.
    @ParameterizedTest
    @CsvSource({"0, 6", "1, 6", "125, 6", "126, 8", "65535, 8", "65536, 14", "70000, 14"})
    void aClientFrameIsMaskedAndSaysItsLength(int length, int headerBytes) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31);
        }
        ByteBuffer frame = WebSocketFrames.masked(WebSocketFrames.TEXT, payload);
        assertThat(frame.remaining()).isEqualTo(headerBytes + length);
        assertThat(frame.get(0)).isEqualTo((byte) 0x81);
        assertThat(frame.get(1) & 0x80).isEqualTo(0x80);
        byte[] mask = new byte[4];
        frame.get(headerBytes - 4, mask);
        for (int i = 0; i < length; i++) {
            assertThat((byte) (frame.get(headerBytes + i) ^ mask[i & 3])).isEqualTo(payload[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 200_000})
    void serverFramesAreTakenHoweverTheyAreCut(int pieceBytes) {
        ByteBuffer wire = ByteBuffer.allocate(200_000);
        wire.put((byte) 0x01).put((byte) 3).put(ascii("abc"));
        wire.put((byte) 0x80).put((byte) 126).putShort((short) 300).put(new byte[300]);
        wire.put((byte) 0x81).put((byte) 127).putLong(66_000).put(new byte[66_000]);
        wire.put((byte) 0x88).put((byte) 2).putShort((short) 1000);
        wire.flip();
        Bytes in = new Bytes(16);
        List<WebSocketFrames.Frame> frames = new ArrayList<>();
        while (wire.hasRemaining()) {
            byte[] piece = new byte[Math.min(pieceBytes, wire.remaining())];
            wire.get(piece);
            in.add(piece, 0, piece.length);
            for (var frame = WebSocketFrames.take(in);
                    frame != null;
                    frame = WebSocketFrames.take(in)) {
                frames.add(frame);
            }
        }
        assertThat(frames).extracting(WebSocketFrames.Frame::opcode).containsExactly(1, 0, 1, 8);
        assertThat(frames)
                .extracting(WebSocketFrames.Frame::isFinal)
                .containsExactly(false, true, true, true);
        assertThat(frames)
                .extracting(frame -> frame.payload().length)
                .containsExactly(3, 300, 66_000, 2);
    }
}

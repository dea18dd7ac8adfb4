package dev.parley.gateway;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The other end of a passed-through WebSocket, byte by byte: it says who asked, echoes text, floods
 * when told to, and closes with the code that it is told.
 */
final class StubSocketService implements AutoCloseable {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int FLOOD_FRAMES = 4_000;
    private static final int FLOOD_FRAME_BYTES = 8_192;

    private final ServerSocket server;

    /** Request lines and Authorization headers, as they came. */
    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    /** Close codes of the other side. */
    final BlockingQueue<Integer> closes = new LinkedBlockingQueue<>();

    /** Bytes of a flood that were taken off our hands. */
    final AtomicLong flooded = new AtomicLong();

    StubSocketService() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            String[] lines = head.toString().split("\r\n");
            String key = header(lines, "sec-websocket-key");
            asked.add(lines[0] + " | " + header(lines, "authorization"));
            if (lines[0].contains("forbidden")) {
                out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes());
                return;
            }
            out.write(
                    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                                    + accept(key)
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            talk(in, out);
        } catch (IOException e) {
            closes.add(-1);
        }
    }

    private void talk(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0x0f;
            int length = in.readUnsignedByte() & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes(length);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i % 4];
            }
            if (opcode == 8) {
                closes.add(length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff);
                return;
            }
            String text = new String(payload, StandardCharsets.UTF_8);
            if (text.startsWith("close ")) {
                int code = Integer.parseInt(text.substring(6));
                out.write(new byte[] {(byte) 0x88, 2, (byte) (code >> 8), (byte) code});
                out.flush();
            } else if (text.equals("flood")) {
                for (int i = 0; i < FLOOD_FRAMES; i++) {
                    frame(out, "x".repeat(FLOOD_FRAME_BYTES).getBytes(StandardCharsets.US_ASCII));
                    flooded.addAndGet(FLOOD_FRAME_BYTES);
                }
            } else {
                frame(out, ("echo " + text).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void frame(OutputStream out, byte[] payload) throws IOException {
        if (payload.length < 126) {
            out.write(new byte[] {(byte) 0x81, (byte) payload.length});
        } else {
            out.write(
                    new byte[] {
                        (byte) 0x81, 126, (byte) (payload.length >> 8), (byte) payload.length
                    });
        }
        out.write(payload);
        out.flush();
    }

    private static String header(String[] lines, String name) {
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-1")
                                    .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

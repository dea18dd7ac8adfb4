package dev.parley.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket that sends what no library would. */
final class RawSocket implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawSocket(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** Sends a handshake; a header that is given replaces the one of the same name. */
    String handshake(String method, String path, String... headers) throws IOException {
        java.util.LinkedHashMap<String, String> all = new java.util.LinkedHashMap<>();
        all.put("Host", "127.0.0.1:" + socket.getPort());
        all.put("Connection", "Upgrade");
        all.put("Upgrade", "websocket");
        all.put("Sec-WebSocket-Version", "13");
        all.put("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (String header : headers) {
            int colon = header.indexOf(':');
            all.put(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        all.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
        out.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    int status(String method, String path, String... headers) throws IOException {
        return Integer.parseInt(handshake(method, path, headers).split(" ")[1]);
    }

    /** A masked frame: first byte as given, then the payload. */
    void frame(int firstByte, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.write(new byte[4]);
        frame.write(payload);
        raw(frame.toByteArray());
    }

    void raw(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            // The server may have closed in the middle of it; what it said is still to be read.
        }
    }

    /** A frame of the server. */
    record Frame(int opcode, byte[] payload) {

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** The next frame, whatever it is; fragments are not put together. */
    Frame next() throws IOException {
        DataInputStream data = new DataInputStream(in);
        int opcode = data.readUnsignedByte() & 0x0f;
        int length = data.readUnsignedByte() & 0x7f;
        if (length == 126) {
            length = data.readUnsignedShort();
        }
        return new Frame(opcode, data.readNBytes(length));
    }

    /** The next text that is no welcome; pings of the server are passed over. */
    String text() throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.opcode() == 8) {
                byte[] code = frame.payload();
                throw new IOException("closed " + ((code[0] & 0xff) << 8 | code[1] & 0xff));
            }
            if (frame.opcode() == 1 && !frame.text().contains("\"welcome\"")) {
                return frame.text();
            }
        }
    }

    /** Bytes that are not a frame of ours, one every so often, until the server ends it. */
    String trickle(byte[] bytes, java.time.Duration pause) throws Exception {
        java.util.concurrent.CountDownLatch never = new java.util.concurrent.CountDownLatch(1);
        for (byte b : bytes) {
            if (in.available() > 0) {
                break;
            }
            raw(new byte[] {b});
            // Waits without a reason to end early: the pause is what is tested.
            never.await(pause.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        StringBuilder answer = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            answer.append((char) b);
        }
        return answer.toString();
    }

    /** How long it waits for what the server says. */
    void patience(int ms) throws IOException {
        socket.setSoTimeout(ms);
    }

    /** The code of the close frame; −1: the line ended without; −2: nothing came in time. */
    int closeCode() throws IOException {
        DataInputStream data = new DataInputStream(in);
        try {
            while (true) {
                int opcode = data.readUnsignedByte() & 0x0f;
                int length = data.readUnsignedByte() & 0x7f;
                if (length == 126) {
                    length = data.readUnsignedShort();
                }
                byte[] payload = data.readNBytes(length);
                if (opcode == 8) {
                    return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            return -2;
        } catch (java.io.EOFException | java.net.SocketException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

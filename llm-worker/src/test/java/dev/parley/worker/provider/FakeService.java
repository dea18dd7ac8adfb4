package dev.parley.worker.provider;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** An HTTP service on a raw socket that can misbehave at any byte, and notices a disconnect. */
public final class FakeService implements AutoCloseable {

    /** What a request gets. */
    @FunctionalInterface
    public interface Script {
        void answer(Exchange exchange) throws IOException;
    }

    /** A request as it came. */
    public record Received(String method, String path, Map<String, String> headers, String body) {}

    private final ServerSocket server;
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Script byDefault;

    public FakeService(Script byDefault) {
        this.byDefault = byDefault;
        try {
            server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
    }

    /** For requests that have no script of their own. */
    public void always(Script script) {
        byDefault = script;
    }

    /** For the next request that has none yet. */
    public void next(Script script) {
        scripts.add(script);
    }

    public List<Received> received() {
        return received;
    }

    public static String delta(String text) {
        String json =
                text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t");
        return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
                + json
                + "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    }

    public static String finish(String reason) {
        return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
                + reason
                + "\"}]}\n\n";
    }

    public static String usage(int input, int output, int cached) {
        return "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":%d,"
                        .formatted(input)
                + "\"completion_tokens\":%d,\"total_tokens\":%d,".formatted(output, input + output)
                + "\"prompt_tokens_details\":{\"cached_tokens\":%d}}}\n\n".formatted(cached);
    }

    public static final String DONE = "data: [DONE]\n\n";

    /** Says these words one event each, and finishes well. */
    public static Script saying(String... words) {
        return exchange -> {
            exchange.startStream();
            for (String word : words) {
                exchange.send(delta(word));
            }
            exchange.send(finish("stop") + usage(11, words.length, 3) + DONE);
            exchange.end();
        };
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Received request = read(in);
                if (request == null) {
                    return;
                }
                received.add(request);
                Script script = scripts.poll();
                Exchange exchange = new Exchange(socket, in);
                (script == null ? byDefault : script).answer(exchange);
                if (!exchange.ended) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client went away, which is what many a test is about.
        }
    }

    private static Received read(InputStream in) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        String[] parts = start.split(" ");
        return new Received(parts[0], parts[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The answer to one request. */
    public static final class Exchange {
        private final Socket socket;
        private final InputStream in;
        private boolean ended;

        private Exchange(Socket socket, InputStream in) {
            this.socket = socket;
            this.in = in;
        }

        public void startStream() throws IOException {
            raw(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
        }

        /** A whole answer of another kind. */
        public void reply(int status, String headers, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            raw(
                    "HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n"
                            .formatted(status, headers, bytes.length));
            write(bytes);
            ended = true;
        }

        public void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.UTF_8), 0, -1);
        }

        /** One chunk of the transfer coding; {@code to} −1: to the end. */
        public void send(byte[] bytes, int from, int to) throws IOException {
            int end = to < 0 ? bytes.length : to;
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            chunk.writeBytes(
                    (Integer.toHexString(end - from) + "\r\n").getBytes(StandardCharsets.UTF_8));
            chunk.write(bytes, from, end - from);
            chunk.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
            write(chunk.toByteArray());
        }

        public void end() throws IOException {
            raw("0\r\n\r\n");
            ended = true;
        }

        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Resets when told to, so that what was sent has been read. */
        public void awaitAndReset(CountDownLatch told) throws IOException {
            try {
                told.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reset();
        }

        /** Blocks until the client closes the connection. */
        public void awaitDisconnect() {
            try {
                while (in.read() >= 0) {
                    // A client has nothing more to say.
                }
            } catch (IOException e) {
                // A reset is a disconnect too.
            }
        }

        public void raw(String text) throws IOException {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        private void write(byte[] bytes) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        }
    }
}

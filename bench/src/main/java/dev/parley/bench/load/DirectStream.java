package dev.parley.bench.load;

import dev.parley.bench.net.Bytes;
import dev.parley.bench.net.ChunkedBody;
import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.net.Handler;
import dev.parley.bench.net.HttpHead;
import dev.parley.bench.provider.Answer;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A connection straight to the provider: what the pipeline is compared with. */
public final class DirectStream implements Stream {

    private static final String USER = "direct";
    private static final String DATA = "data: ";
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final EventLoop loop;
    private final LongConsumer tokenPath;
    private final CompletableFuture<Stream> connected = new CompletableFuture<>();
    private @Nullable Connection connection;
    private @Nullable Exchange running;
    private @Nullable CompletableFuture<Exchange> ended;

    private DirectStream(EventLoop loop, LongConsumer tokenPath) {
        this.loop = loop;
        this.tokenPath = tokenPath;
    }

    public static CompletableFuture<Stream> open(
            EventLoop loop, InetSocketAddress provider, LongConsumer tokenPath) {
        DirectStream stream = new DirectStream(loop, tokenPath);
        loop.connect(provider, stream.new Socket());
        return stream.connected;
    }

    @Override
    public CompletableFuture<Exchange> ask(Answer answer, int promptChars) {
        CompletableFuture<Exchange> future = new CompletableFuture<>();
        Exchange exchange = new Exchange(answer, USER);
        ByteBuffer request = request(answer.plan().prompt(promptChars));
        loop.execute(() -> {
            running = exchange;
            ended = future;
            exchange.sent(System.nanoTime());
            if (connection == null) {
                end(e -> e.cut("the connection ended", System.nanoTime()));
            } else {
                connection.write(request);
            }
        });
        return future;
    }

    @Override
    public void close() {
        loop.execute(() -> {
            if (connection != null) {
                connection.close();
            }
        });
    }

    private static ByteBuffer request(String prompt) {
        byte[] body =
                ("{\"model\":\"bench\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                                + "\"messages\":[{\"role\":\"user\",\"content\":"
                                + Json.writeText(prompt)
                                + "}]}")
                        .getBytes(StandardCharsets.UTF_8);
        byte[] head =
                ("POST /v1/chat/completions HTTP/1.1\r\nHost: provider\r\n"
                                + "Content-Type: application/json\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
    }

    private void end(Consumer<Exchange> how) {
        Exchange exchange = running;
        CompletableFuture<Exchange> future = ended;
        if (exchange != null && future != null) {
            how.accept(exchange);
            running = null;
            ended = null;
            future.complete(exchange);
        }
    }

    private final class Socket implements Handler {

        private final Bytes in = new Bytes(4 * 1024);
        private final Bytes events = new Bytes(4 * 1024);
        private @Nullable ChunkedBody body;
        private long seq;

        @Override
        public void opened(Connection connection) {
            DirectStream.this.connection = connection;
            connected.complete(DirectStream.this);
        }

        @Override
        public void received(ByteBuffer bytes, long atNanos) {
            in.add(bytes);
            if (body == null) {
                HttpHead head = HttpHead.take(in);
                if (head == null) {
                    return;
                }
                if (head.status() != 200) {
                    throw new IllegalStateException("the provider said " + head.startLine());
                }
                body = new ChunkedBody();
                seq = 0;
                if (running != null) {
                    running.accepted(USER, null, atNanos);
                }
            }
            body.decode(in, events);
            for (int end = events.indexOf(EVENT_END, 0);
                    end >= 0;
                    end = events.indexOf(EVENT_END, 0)) {
                String event = new String(events.take(end), StandardCharsets.UTF_8);
                events.drop(EVENT_END.length);
                event(event, atNanos);
            }
            if (body.isEnded()) {
                body = null;
                end(e -> e.done(e.text(), atNanos));
            }
        }

        @Override
        public void closed(@Nullable Throwable reason) {
            connection = null;
            String why = reason == null ? "the connection ended" : reason.toString();
            connected.completeExceptionally(new IOException(why));
            end(e -> e.cut(why, System.nanoTime()));
        }

        private void event(String event, long atNanos) {
            if (running == null || !event.startsWith(DATA) || event.endsWith("[DONE]")) {
                return;
            }
            JsonNode json =
                    Json.tree(event.substring(DATA.length()).getBytes(StandardCharsets.UTF_8));
            String text = json.path("choices").path(0).path("delta").path("content").asString("");
            if (!text.isEmpty()) {
                running.token(seq++, text, atNanos, tokenPath);
            }
        }
    }
}

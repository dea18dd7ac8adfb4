package dev.parley.bench.load;

import dev.parley.bench.net.Bytes;
import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.net.Handler;
import dev.parley.bench.net.HttpHead;
import dev.parley.bench.net.WebSocketFrames;
import dev.parley.bench.provider.Answer;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ClientFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A user's connection to {@code /ws/chat}. */
public final class ChatStream implements Stream {

    private static final int SWITCHING_PROTOCOLS = 101;

    private final EventLoop loop;
    private final String user;
    private final LongConsumer tokenPath;
    private final CompletableFuture<Stream> welcomed = new CompletableFuture<>();
    private final Map<String, Exchange> byClientId = new HashMap<>();
    private final Map<String, Exchange> byMessageId = new HashMap<>();
    private final Bytes partOfMessage = new Bytes(1024);
    private @Nullable Connection connection;
    private @Nullable Exchange running;
    private @Nullable CompletableFuture<Exchange> ended;
    private String whyEnded = "the connection ended";

    private ChatStream(EventLoop loop, String user, LongConsumer tokenPath) {
        this.loop = loop;
        this.user = user;
        this.tokenPath = tokenPath;
    }

    /**
     * Connects as {@code user}.
     *
     * @param tokenPath told, on the loop, each token's nanoseconds from the provider to here
     * @return the stream, once {@code welcome} came
     */
    public static CompletableFuture<Stream> open(
            EventLoop loop,
            InetSocketAddress gateway,
            String user,
            String token,
            LongConsumer tokenPath) {
        ChatStream stream = new ChatStream(loop, user, tokenPath);
        loop.connect(gateway, stream.new Socket(gateway, token));
        return stream.welcomed;
    }

    @Override
    public CompletableFuture<Exchange> ask(Answer answer, int promptChars) {
        CompletableFuture<Exchange> future = new CompletableFuture<>();
        Exchange exchange = new Exchange(answer, user);
        String id = answer.plan().id();
        byte[] frame =
                Json.write(
                        new ClientFrame.Message(
                                answer.plan().prompt(promptChars), id, null, null, null, null));
        loop.execute(() -> {
            byClientId.put(id, exchange);
            running = exchange;
            ended = future;
            exchange.sent(System.nanoTime());
            if (connection == null) {
                cut();
            } else {
                connection.write(WebSocketFrames.masked(WebSocketFrames.TEXT, frame));
            }
        });
        return future;
    }

    @Override
    public void close() {
        loop.execute(() -> {
            if (connection != null) {
                connection.write(
                        WebSocketFrames.masked(
                                WebSocketFrames.CLOSE, new byte[] {0x03, (byte) 0xe8}));
                connection.close();
            }
        });
    }

    private void frame(byte[] json, long atNanos) {
        ServerFrameReader frame = ServerFrameReader.read(json);
        switch (frame.type) {
            case "token" -> {
                Exchange exchange = of(frame);
                if (exchange != null && frame.text != null) {
                    exchange.token(frame.seq, frame.text, atNanos, tokenPath);
                }
            }
            case "accepted" -> accepted(frame, atNanos);
            case "done" -> {
                Exchange exchange = of(frame);
                if (exchange != null) {
                    exchange.done(frame.answer == null ? "" : frame.answer, atNanos);
                    end(exchange);
                }
            }
            case "error" -> error(frame, atNanos);
            case "restart" -> {
                Exchange exchange = of(frame);
                if (exchange != null) {
                    exchange.restarted(frame.keep);
                }
            }
            case "welcome" -> welcomed.complete(this);
            case "closing", "blocked" -> whyEnded = "the server sent " + frame.type;
            default -> {
                // Whatever else it says does not concern an answer.
            }
        }
    }

    private void accepted(ServerFrameReader frame, long atNanos) {
        Exchange exchange = byClientId.get(frame.clientMsgId);
        if (exchange != null && frame.messageId != null) {
            exchange.accepted(frame.messageId, frame.conversationId, atNanos);
            byMessageId.put(frame.messageId, exchange);
        }
    }

    private void error(ServerFrameReader frame, long atNanos) {
        Exchange exchange = frame.messageId == null ? null : byMessageId.get(frame.messageId);
        if (exchange == null) {
            exchange = frame.clientMsgId == null ? running : byClientId.get(frame.clientMsgId);
        }
        if (exchange != null) {
            exchange.failed(frame.code + ": " + frame.error, atNanos);
            end(exchange);
        }
    }

    private @Nullable Exchange of(ServerFrameReader frame) {
        return frame.messageId == null ? null : byMessageId.get(frame.messageId);
    }

    private void end(Exchange exchange) {
        CompletableFuture<Exchange> future = ended;
        if (exchange == running && future != null) {
            running = null;
            ended = null;
            future.complete(exchange);
        }
    }

    private void cut() {
        Exchange exchange = running;
        if (exchange != null) {
            exchange.cut(whyEnded, System.nanoTime());
            end(exchange);
        }
    }

    /** The connection's bytes; frames go to the stream. */
    private final class Socket implements Handler {

        private final InetSocketAddress gateway;
        private final String token;
        private final Bytes in = new Bytes(4 * 1024);
        private boolean upgraded;

        Socket(InetSocketAddress gateway, String token) {
            this.gateway = gateway;
            this.token = token;
        }

        @Override
        public void opened(Connection connection) {
            ChatStream.this.connection = connection;
            byte[] key = new byte[16];
            ThreadLocalRandom.current().nextBytes(key);
            String request =
                    """
                    GET /ws/chat HTTP/1.1
                    Host: %s:%d
                    Upgrade: websocket
                    Connection: Upgrade
                    Sec-WebSocket-Key: %s
                    Sec-WebSocket-Version: 13
                    Authorization: Bearer %s

                    """
                            .formatted(
                                    gateway.getHostString(),
                                    gateway.getPort(),
                                    Base64.getEncoder().encodeToString(key),
                                    token)
                            .replace("\n", "\r\n");
            connection.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void received(ByteBuffer bytes, long atNanos) {
            in.add(bytes);
            if (!upgraded && !upgrade()) {
                return;
            }
            for (WebSocketFrames.Frame frame = WebSocketFrames.take(in);
                    frame != null;
                    frame = WebSocketFrames.take(in)) {
                frame(frame, atNanos);
            }
        }

        @Override
        public void closed(@Nullable Throwable reason) {
            connection = null;
            if (reason != null) {
                whyEnded = reason.toString();
            }
            welcomed.completeExceptionally(new IOException("no welcome: " + whyEnded));
            cut();
        }

        private boolean upgrade() {
            HttpHead head = HttpHead.take(in);
            if (head == null) {
                return false;
            }
            if (head.status() != SWITCHING_PROTOCOLS) {
                throw new IllegalStateException("the upgrade was answered " + head.startLine());
            }
            upgraded = true;
            return true;
        }

        private void frame(WebSocketFrames.Frame frame, long atNanos) {
            switch (frame.opcode()) {
                case WebSocketFrames.TEXT, WebSocketFrames.CONTINUATION -> data(frame, atNanos);
                case WebSocketFrames.PING -> {
                    if (connection != null) {
                        connection.write(
                                WebSocketFrames.masked(WebSocketFrames.PONG, frame.payload()));
                    }
                }
                case WebSocketFrames.CLOSE -> {
                    whyEnded = "the server closed with " + closeCode(frame.payload());
                    if (connection != null) {
                        connection.close();
                    }
                }
                default -> {
                    // Pongs that were not asked for.
                }
            }
        }

        private void data(WebSocketFrames.Frame frame, long atNanos) {
            if (frame.isFinal() && partOfMessage.size() == 0) {
                ChatStream.this.frame(frame.payload(), atNanos);
                return;
            }
            partOfMessage.add(frame.payload(), 0, frame.payload().length);
            if (frame.isFinal()) {
                ChatStream.this.frame(partOfMessage.take(partOfMessage.size()), atNanos);
            }
        }

        private static int closeCode(byte[] payload) {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }
}

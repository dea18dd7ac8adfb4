package dev.parley.bench.session;

import dev.parley.bench.net.Bytes;
import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.net.Handler;
import dev.parley.bench.net.HttpHead;
import dev.parley.bench.net.WebSocketFrames;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One line of a session: it keeps what is needed to go on elsewhere. Fields change on the loop. */
public final class SessionClient implements Handler {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final int SWITCHING_PROTOCOLS = 101;

    private final EventLoop loop;
    private final Target target;
    private final Bytes in = new Bytes(1024);
    private final CompletableFuture<SessionClient> welcomed = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final CompletableFuture<Long> firstToken = new CompletableFuture<>();
    private final CompletableFuture<SessionClient> answered = new CompletableFuture<>();
    private final List<Token> tokens = new ArrayList<>(0);
    private @Nullable Connection connection;
    private boolean upgraded;
    private int closeCode = -1;
    private volatile String session = "";
    private volatile String cursor = "";
    private volatile boolean resumed;
    private volatile long reconnectAfterMs = -1;

    /**
     * Where it connects.
     *
     * @param from a local address; null: any
     * @param query with its question mark, or empty
     */
    public record Target(
            InetSocketAddress gateway,
            @Nullable InetSocketAddress from,
            String token,
            String query) {}

    /** A token frame, and the cursor after it. */
    public record Token(long seq, String text, String cursor, long atNanos) {}

    private SessionClient(EventLoop loop, Target target) {
        this.loop = loop;
        this.target = target;
    }

    public static SessionClient open(EventLoop loop, Target target) {
        SessionClient client = new SessionClient(loop, target);
        loop.connect(target.gateway(), target.from(), client);
        return client;
    }

    public CompletableFuture<SessionClient> welcomed() {
        return welcomed;
    }

    /** The close code; −1: the line ended without. */
    public CompletableFuture<Integer> closed() {
        return closed;
    }

    /** When the first token came. */
    public CompletableFuture<Long> firstToken() {
        return firstToken;
    }

    /** Its answer had its end. */
    public CompletableFuture<SessionClient> answered() {
        return answered;
    }

    public boolean isResumed() {
        return resumed;
    }

    /** What the server asked to wait; −1: it asked nothing. */
    public long reconnectAfterMs() {
        return reconnectAfterMs;
    }

    /** For the query of the next line. */
    public String resumeQuery() {
        return resumeQuery(cursor);
    }

    public String resumeQuery(String after) {
        return "?session=" + session + "&cursor=" + after;
    }

    /** Read it after the line has ended, or the answer. */
    public List<Token> tokens() {
        return tokens;
    }

    public void ask(String text) {
        byte[] frame = Json.write(Map.of("type", "message", "text", text));
        loop.execute(() -> {
            if (connection != null) {
                connection.write(WebSocketFrames.masked(WebSocketFrames.TEXT, frame));
            }
        });
    }

    /** From now on nothing is read. */
    public void stall() {
        loop.execute(() -> {
            if (connection != null) {
                connection.stopReading();
            }
        });
    }

    /** Ends the line without a word. */
    public void cut() {
        loop.execute(() -> {
            if (connection != null) {
                connection.close();
            }
        });
    }

    @Override
    public void opened(Connection opened) {
        connection = opened;
        String request =
                "GET /ws/chat"
                        + target.query()
                        + " HTTP/1.1\r\nHost: "
                        + target.gateway().getHostString()
                        + ":"
                        + target.gateway().getPort()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                        + KEY
                        + "\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer "
                        + target.token()
                        + "\r\n\r\n";
        opened.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void received(ByteBuffer bytes, long atNanos) {
        in.add(bytes);
        if (!upgraded) {
            HttpHead head = HttpHead.take(in);
            if (head == null) {
                return;
            }
            if (head.status() != SWITCHING_PROTOCOLS) {
                throw new IllegalStateException("the upgrade was answered " + head.startLine());
            }
            upgraded = true;
        }
        for (WebSocketFrames.Frame frame = WebSocketFrames.take(in);
                frame != null;
                frame = WebSocketFrames.take(in)) {
            take(frame, atNanos);
        }
    }

    @Override
    public void closed(@Nullable Throwable reason) {
        connection = null;
        IOException why = new IOException("the line ended: " + reason + ", code " + closeCode);
        welcomed.completeExceptionally(why);
        firstToken.completeExceptionally(why);
        answered.completeExceptionally(why);
        closed.complete(closeCode);
    }

    private void take(WebSocketFrames.Frame frame, long atNanos) {
        switch (frame.opcode()) {
            case WebSocketFrames.TEXT -> text(Json.tree(frame.payload()), atNanos);
            case WebSocketFrames.PING -> {
                if (connection != null) {
                    connection.write(WebSocketFrames.masked(WebSocketFrames.PONG, frame.payload()));
                }
            }
            case WebSocketFrames.CLOSE -> {
                byte[] payload = frame.payload();
                closeCode =
                        payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
                if (connection != null) {
                    connection.close();
                }
            }
            default -> {
                // Nothing else is sent to a client.
            }
        }
    }

    private void text(JsonNode frame, long atNanos) {
        cursor = frame.path("cursor").asString(cursor);
        switch (frame.path("type").asString("")) {
            case "welcome" -> {
                session = frame.path("session_id").asString("");
                resumed = frame.path("resumed").asBoolean(false);
                welcomed.complete(this);
            }
            case "token" -> {
                tokens.add(
                        new Token(
                                frame.path("seq").asLong(-1),
                                frame.path("text").asString(""),
                                cursor,
                                atNanos));
                firstToken.complete(atNanos);
            }
            case "done" -> answered.complete(this);
            case "error" ->
                    answered.completeExceptionally(
                            new IOException(frame.path("code").asString("error")));
            case "closing" -> reconnectAfterMs = frame.path("reconnect_after_ms").asLong(0);
            default -> {
                // Of no account here.
            }
        }
    }
}

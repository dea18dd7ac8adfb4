package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Frames over {@code /ws/chat}. */
final class WebSocketLink implements Link, WebSocket.Listener {

    /** Longest frame that is read, in characters; a longer one ends the link. */
    static final int FRAME_CHARS_MAX = 4_000_000;

    private static final int SEND_TIMEOUT_S = 15;

    private final BlockingQueue<Event> events;
    private final StringBuilder partial = new StringBuilder();
    private volatile @Nullable WebSocket socket;
    private volatile boolean closed;
    private volatile long lastHeardNanos = System.nanoTime();

    private WebSocketLink(BlockingQueue<Event> events) {
        this.events = events;
    }

    /** Connects, or says why not. */
    static WebSocketLink open(Gateway gateway, Resume resume, BlockingQueue<Event> events)
            throws IOException, InterruptedException {
        WebSocketLink link = new WebSocketLink(events);
        String address = gateway.url() + resume.query("/ws/chat");
        WebSocket.Builder builder =
                gateway.http()
                        .newWebSocketBuilder()
                        .connectTimeout(Gateway.CONNECT_TIMEOUT)
                        .subprotocols("parley.v1");
        String authorization = gateway.authorization();
        if (authorization != null) {
            builder.header("Authorization", authorization);
        }
        try {
            link.socket =
                    builder.buildAsync(URI.create(address.replaceFirst("^http", "ws")), link)
                            .get(Gateway.CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                HttpResponse<?> response = refused.getResponse();
                throw Gateway.refused(response.statusCode(), body(response));
            }
            throw new IOException("cannot connect", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer in " + Gateway.CALL_TIMEOUT.toSeconds() + " s", e);
        }
        return link;
    }

    private static byte[] body(HttpResponse<?> response) {
        return response.body() instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : new byte[0];
    }

    @Override
    public void send(String frame) throws IOException, InterruptedException {
        WebSocket open = socket;
        if (open == null || open.isOutputClosed()) {
            throw new IOException("not connected");
        }
        try {
            open.sendText(frame, true).get(SEND_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("not sent", e);
        }
    }

    @Override
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    @Override
    public void close() {
        closed = true;
        WebSocket open = socket;
        if (open != null) {
            var unused =
                    open.sendClose(WebSocket.NORMAL_CLOSURE, "").orTimeout(1, TimeUnit.SECONDS);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(
            WebSocket webSocket, CharSequence data, boolean last) {
        lastHeardNanos = System.nanoTime();
        partial.append(data);
        if (partial.length() > FRAME_CHARS_MAX) {
            webSocket.abort();
            end(LinkEnd.broken());
            return null;
        }
        if (last) {
            String text = partial.toString();
            partial.setLength(0);
            put(text);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
        lastHeardNanos = System.nanoTime();
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(
            WebSocket webSocket, int statusCode, String reason) {
        end(new LinkEnd(statusCode));
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        end(LinkEnd.broken());
    }

    private void put(String text) {
        try {
            events.put(
                    new Event.FrameArrived(
                            this, Json.tree(text.getBytes(StandardCharsets.UTF_8)), text));
        } catch (UnreadableRecordException e) {
            // A frame that is not JSON is none of ours.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(LinkEnd end) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            events.put(new Event.LinkLost(this, end));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

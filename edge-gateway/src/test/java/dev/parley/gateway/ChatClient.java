package dev.parley.gateway;

import dev.parley.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A WebSocket client that keeps every frame. */
final class ChatClient implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final List<JsonNode> seen = new ArrayList<>();
    private WebSocket socket;

    static ChatClient connect(int port, String token, String query) {
        ChatClient client = new ChatClient();
        client.socket =
                HTTP.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + token)
                        .buildAsync(
                                URI.create("ws://127.0.0.1:" + port + "/ws/chat" + query), client)
                        .join();
        return client;
    }

    void send(String json) {
        socket.sendText(json, true).join();
    }

    void message(String text, String clientMsgId) {
        send(
                Json.writeText(
                        java.util.Map.of(
                                "type", "message", "text", text, "client_msg_id", clientMsgId)));
    }

    WebSocket socket() {
        return socket;
    }

    /** The next frame, within 10 s. */
    JsonNode next() {
        try {
            JsonNode frame = frames.poll(10, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("no frame within 10 s; seen: " + seen);
            }
            seen.add(frame);
            return frame;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    JsonNode next(String type) {
        JsonNode frame = next();
        if (!frame.path("type").asString().equals(type)) {
            throw new AssertionError("expected " + type + ", got " + frame);
        }
        return frame;
    }

    /** Frames up to the first that fits, which is included. */
    List<JsonNode> until(Predicate<JsonNode> last) {
        List<JsonNode> got = new ArrayList<>();
        do {
            got.add(next());
        } while (!last.test(got.getLast()));
        return got;
    }

    List<JsonNode> untilType(String type) {
        return until(f -> f.path("type").asString().equals(type));
    }

    /** What has come and was not asked for. */
    boolean isQuiet() {
        return frames.isEmpty();
    }

    int closeCode() throws Exception {
        return closed.get(10, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            frames.add(Json.mapper().readTree(partial.toString()));
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.completeExceptionally(error);
    }

    @Override
    public void close() {
        socket.abort();
    }
}

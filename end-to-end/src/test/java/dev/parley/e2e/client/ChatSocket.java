package dev.parley.e2e.client;

import dev.parley.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.JsonNode;

/** A client at {@code /ws/chat}. */
public final class ChatSocket implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

    private final Frames frames = new Frames();
    private final WebSocket socket;

    private ChatSocket(URI gateway, String token, String query) {
        URI uri =
                URI.create(
                        "ws://"
                                + gateway.getAuthority()
                                + "/ws/chat"
                                + (query.isEmpty() ? "" : "?" + query));
        WebSocket.Builder builder = HTTP.newWebSocketBuilder().connectTimeout(CONNECT_TIMEOUT);
        if (!token.isEmpty()) {
            builder.header("Authorization", "Bearer " + token);
        }
        socket = builder.buildAsync(uri, new Receiver()).join();
    }

    /** Connects as a new session. */
    public static ChatSocket connect(URI gateway, String token) {
        return new ChatSocket(gateway, token, "");
    }

    /** Connects with nothing but what the query says. */
    public static ChatSocket connectWith(URI gateway, String query) {
        return new ChatSocket(gateway, "", query);
    }

    /** Comes back to a session after the frame with this cursor. */
    public static ChatSocket resume(URI gateway, String token, String session, String cursor) {
        return new ChatSocket(gateway, token, "session=" + session + "&cursor=" + cursor);
    }

    /** The HTTP status that refuses a handshake. */
    public static int refusedStatus(URI gateway, String token, String query) {
        try (ChatSocket socket = new ChatSocket(gateway, token, query)) {
            throw new AssertionError("the handshake was taken: " + socket.welcome());
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refusal) {
                return refusal.getResponse().statusCode();
            }
            throw e;
        }
    }

    public Frames frames() {
        return frames;
    }

    public JsonNode welcome() {
        return frames.await("welcome");
    }

    /**
     * Sends a message under a fresh {@code client_msg_id} and gives its message id, once accepted.
     */
    public String say(String text) {
        return say(text, Map.of());
    }

    public String say(String text, Map<String, Object> fields) {
        String clientMsgId = fields.getOrDefault("client_msg_id", UUID.randomUUID()).toString();
        Map<String, Object> frame = new LinkedHashMap<>(fields);
        frame.put("type", "message");
        frame.put("text", text);
        frame.put("client_msg_id", clientMsgId);
        send(frame);
        return frames.await(
                        "accepted of " + clientMsgId,
                        f ->
                                Frames.type(f).equals("accepted")
                                        && f.path("client_msg_id").asString("").equals(clientMsgId))
                .get("message_id")
                .stringValue();
    }

    /** Says it and waits for the answer to be done. */
    public JsonNode ask(String text) {
        return frames.assertAnswered(say(text));
    }

    public void send(Map<String, Object> frame) {
        sendText(Json.writeText(frame));
    }

    public void sendText(String text) {
        socket.sendText(text, true).join();
    }

    /** Closes politely. */
    @Override
    public void close() {
        if (!socket.isOutputClosed()) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(e -> null).join();
        }
    }

    /** Drops the connection without a close frame, as a lost network does. */
    public void cut() {
        socket.abort();
        frames.end("cut");
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                frames.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            frames.end(Integer.toString(code));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            frames.end(failure.toString());
        }
    }
}

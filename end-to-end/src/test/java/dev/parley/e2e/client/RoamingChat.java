package dev.parley.e2e.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One session over many connections: it loses its line and goes on at any gateway, by either
 * transport, from the last cursor that it saw. Keeps the frames of all connections as one history.
 */
public final class RoamingChat implements AutoCloseable {

    private final String token;
    private final List<JsonNode> before = new ArrayList<>();
    private final String session;
    private @Nullable ChatSocket socket;
    private @Nullable ChatStream stream;

    public RoamingChat(URI gateway, String token) {
        this.token = token;
        this.socket = ChatSocket.connect(gateway, token);
        this.session = socket.welcome().get("session_id").stringValue();
    }

    public String session() {
        return session;
    }

    /** Of the connection that is open now. */
    public Frames frames() {
        return socket != null ? socket.frames() : stream.frames();
    }

    /** Only while the connection is a WebSocket. */
    public String say(String text) {
        return socket.say(text);
    }

    /** The same under a {@code client_msg_id}, so that it may be said again. */
    public String say(String text, String clientMsgId) {
        return socket.say(text, Map.of("client_msg_id", clientMsgId));
    }

    /** Everything that came on all connections, in order. */
    public List<JsonNode> history() {
        List<JsonNode> all = new ArrayList<>(before);
        all.addAll(frames().all());
        return all;
    }

    /** The line is lost, without a word. */
    public void cut() {
        if (socket != null) {
            socket.cut();
        } else {
            stream.close();
        }
    }

    public void goOnBySocket(URI gateway) {
        List<JsonNode> seen = history();
        ChatSocket next = ChatSocket.resume(gateway, token, session, lastCursor(seen));
        keep(seen);
        stream = null;
        socket = next;
    }

    public void goOnByStream(URI gateway) {
        List<JsonNode> seen = history();
        ChatStream next =
                ChatStream.open(
                        gateway, token, "session=" + session + "&cursor=" + lastCursor(seen));
        keep(seen);
        socket = null;
        stream = next;
    }

    /**
     * What was shown of an answer over all connections; checks that no token is missing or twice.
     */
    public String shownText(String message) {
        return Frames.shownText(history(), message);
    }

    public long terminals(String message) {
        return history().stream()
                .filter(f -> Frames.isTerminal(f) && Frames.isOf(f, message))
                .count();
    }

    private void keep(List<JsonNode> seen) {
        before.clear();
        before.addAll(seen);
    }

    /** Of the last frame that came with one. */
    private static String lastCursor(List<JsonNode> seen) {
        return seen.reversed().stream()
                .map(f -> f.path("cursor").asString(""))
                .filter(c -> !c.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        } else {
            stream.close();
        }
    }
}

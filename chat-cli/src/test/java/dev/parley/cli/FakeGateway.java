package dev.parley.cli;

import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import tools.jackson.databind.JsonNode;

/** A gateway over real sockets whose answers a test decides, frame by frame. */
final class FakeGateway implements AutoCloseable {

    /** One connection, as the server sees it. */
    interface Peer {

        /** The session and cursor that the client asked for; empty for a new session. */
        String session();

        String cursor();

        void send(String frame);

        void close(int code);
    }

    static final String WELCOME =
            """
            {"type":"welcome","text":"Hello","session_id":"s1","conversation_id":"c1",\
            "user":{"id":"user1","role":"user"},"models":["demo"],"resumed":false,"heartbeat_s":20}\
            """;
    static final String WELCOME_BACK = WELCOME.replace("\"resumed\":false", "\"resumed\":true");

    final Queue<JsonNode> received = new ConcurrentLinkedQueue<>();
    final List<Peer> peers = new CopyOnWriteArrayList<>();
    final Map<String, String> answers = new ConcurrentHashMap<>();

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final Map<String, Stream> streams = new ConcurrentHashMap<>();
    private volatile BiConsumer<Peer, JsonNode> script = (peer, frame) -> {};
    private volatile Function<Peer, String> greeting =
            peer -> peer.session().isEmpty() ? WELCOME : WELCOME_BACK;

    private volatile Consumer<Peer> comeback = peer -> {};

    FakeGateway() throws Exception {
        server.addConnector(connector);
        WebSocketUpgradeHandler sockets =
                WebSocketUpgradeHandler.from(
                        server,
                        container ->
                                container.addMapping(
                                        "/ws/chat",
                                        (request, response, callback) -> {
                                            if (!signedIn(request)) {
                                                Response.writeError(
                                                        request, response, callback, 401);
                                                return null;
                                            }
                                            response.setAcceptedSubProtocol("parley.v1");
                                            return new Socket(
                                                    Request.extractQueryParameters(request));
                                        }));
        sockets.setHandler(new Rest());
        server.setHandler(sockets);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + connector.getLocalPort();
    }

    /** What the gateway does for each frame of a client, pings apart. */
    FakeGateway onFrame(BiConsumer<Peer, JsonNode> does) {
        script = does;
        return this;
    }

    /** What the gateway sends after the welcome of a connection that came back. */
    FakeGateway onReturn(Consumer<Peer> does) {
        comeback = does;
        return this;
    }

    FakeGateway greeting(Function<Peer, String> greets) {
        greeting = greets;
        return this;
    }

    List<JsonNode> received(String type) {
        return received.stream()
                .filter(frame -> frame.path("type").asString("").equals(type))
                .toList();
    }

    /** Accepts a message and answers it with these frames; {@code $M} stands for its message id. */
    static BiConsumer<Peer, JsonNode> answering(String... frames) {
        return (peer, frame) -> {
            if (frame.path("type").asString("").equals("message")) {
                peer.send(accepted(frame));
                for (String answer : frames) {
                    peer.send(answer.replace("$M", "m1"));
                }
            }
        };
    }

    static String accepted(JsonNode message) {
        return Json.writeText(
                Map.of(
                        "type", "accepted",
                        "client_msg_id", message.path("client_msg_id").asString(""),
                        "message_id", "m1",
                        "conversation_id", message.path("conversation_id").asString("c1"),
                        "cursor", "1"));
    }

    static String token(int seq, String text) {
        return Json.writeText(
                Map.of(
                        "type",
                        "token",
                        "message_id",
                        "m1",
                        "seq",
                        seq,
                        "text",
                        text,
                        "cursor",
                        "t" + seq));
    }

    static String done(String answer) {
        return Json.writeText(
                Map.of(
                        "type", "done",
                        "message_id", "m1",
                        "cursor", "end",
                        "result",
                                Map.of(
                                        "answer",
                                        answer,
                                        "finish_reason",
                                        "stop",
                                        "model",
                                        "demo",
                                        "tokens_input",
                                        3,
                                        "tokens_output",
                                        2)));
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }

    private static boolean signedIn(Request request) {
        return "Bearer good".equals(request.getHeaders().get(HttpHeader.AUTHORIZATION));
    }

    private void welcome(Peer peer) {
        peer.send(greeting.apply(peer));
        if (!peer.session().isEmpty()) {
            comeback.accept(peer);
        }
    }

    private void take(Peer peer, String text) {
        JsonNode frame = Json.tree(text.getBytes(StandardCharsets.UTF_8));
        received.add(frame);
        if (frame.path("type").asString("").equals("ping")) {
            peer.send("{\"type\":\"pong\"}");
        } else {
            script.accept(peer, frame);
        }
    }

    private static String value(Fields query, String name) {
        String value = query.getValue(name);
        return value == null ? "" : value;
    }

    /** Public since Jetty calls it by reflection. */
    public final class Socket implements Session.Listener.AutoDemanding, Peer {

        private final String session;
        private final String cursor;
        private Session socket;

        Socket(Fields query) {
            session = value(query, "session");
            cursor = value(query, "cursor");
        }

        @Override
        public void onWebSocketOpen(Session opened) {
            socket = opened;
            peers.add(this);
            welcome(this);
        }

        @Override
        public void onWebSocketText(String message) {
            take(this, message);
        }

        @Override
        public String session() {
            return session;
        }

        @Override
        public String cursor() {
            return cursor;
        }

        @Override
        public void send(String frame) {
            // Blocking: a connection that is cut next has sent this before.
            var sent = new org.eclipse.jetty.websocket.api.Callback.Completable();
            socket.sendText(frame, sent);
            sent.join();
        }

        @Override
        public void close(int code) {
            if (code == LinkEnd.BROKEN) {
                socket.disconnect();
            } else {
                socket.close(code, "", org.eclipse.jetty.websocket.api.Callback.NOOP);
            }
        }
    }

    /** A long event stream; its writes are blocking, one at a time. */
    private final class Stream implements Peer {

        private final String session;
        private final String cursor;
        private final Response response;
        private final Callback callback;

        Stream(Fields query, Response response, Callback callback) {
            this.session = value(query, "session");
            this.cursor = value(query, "cursor");
            this.response = response;
            this.callback = callback;
        }

        @Override
        public String session() {
            return session;
        }

        @Override
        public String cursor() {
            return cursor;
        }

        @Override
        public synchronized void send(String frame) {
            write(": keep-alive\n\ndata: " + frame + "\n\n");
        }

        private void write(String text) {
            try (var blocker = new Blocker.Shared().callback()) {
                response.write(
                        false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), blocker);
                blocker.block();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public synchronized void close(int code) {
            callback.succeeded();
        }
    }

    private final class Rest extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            String path = Request.getPathInContext(request);
            if (path.equals("/api/login")) {
                boolean right =
                        Json.tree(body(request)).path("password").asString("").equals("right");
                answer(
                        response,
                        callback,
                        right ? 200 : 401,
                        right ? "{\"token\":\"good\"}" : "{\"code\":\"unauthenticated\"}");
            } else if (!signedIn(request)) {
                answer(response, callback, 401, "{\"code\":\"unauthenticated\"}");
            } else if (path.equals("/api/chat/stream")) {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
                Stream stream =
                        new Stream(Request.extractQueryParameters(request), response, callback);
                streams.put("s1", stream);
                peers.add(stream);
                welcome(stream);
            } else if (path.equals("/api/chat/s1/frames")) {
                byte[] frame = body(request);
                answer(response, callback, 202, "");
                take(streams.get("s1"), new String(frame, StandardCharsets.UTF_8));
            } else {
                String known = answers.get(path);
                answer(
                        response,
                        callback,
                        known == null ? 404 : 200,
                        known == null ? "{\"code\":\"not_found\"}" : known);
            }
            return true;
        }

        private byte[] body(Request request) throws Exception {
            return Content.Source.asString(request, StandardCharsets.UTF_8)
                    .getBytes(StandardCharsets.UTF_8);
        }

        private void answer(Response response, Callback callback, int status, String body) {
            response.setStatus(status);
            Content.Sink.write(response, true, body, callback);
        }
    }
}

package dev.parley.gateway.web;

import dev.parley.gateway.access.Identity;
import dev.parley.schemas.frame.CloseCode;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two ends of one conversation: the client's and the audit service's. Each end is read only as fast
 * as the other takes it; a close of either closes the other with the same code.
 */
public final class PassedSocket implements Session.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(PassedSocket.class);
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** Pings come well within it; a client that answers none is gone. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(65);

    private final Identity identity;
    private final Set<PassedSocket> open;
    private final Upstream upstream = new Upstream();
    private volatile @Nullable Session client;
    private volatile @Nullable WebSocket service;

    PassedSocket(Identity identity, Set<PassedSocket> open) {
        this.identity = identity;
        this.open = open;
    }

    Identity identity() {
        return identity;
    }

    WebSocket.Listener upstream() {
        return upstream;
    }

    /** The client's handshake did not come to its end. */
    void abandon() {
        WebSocket of = service;
        if (of != null) {
            of.abort();
        }
    }

    void ping() {
        Session to = client;
        if (to != null && to.isOpen()) {
            to.sendPing(EMPTY.duplicate(), Callback.NOOP);
        }
    }

    void close(CloseCode code) {
        closeClient(code.code(), code.reason());
        closeService(StatusCode.NORMAL, "");
    }

    // ---- The client's end ------------------------------------------------------------------

    @Override
    public void onWebSocketOpen(Session opened) {
        client = opened;
        opened.setIdleTimeout(SILENCE_MAX);
        open.add(this);
        opened.demand();
        WebSocket from = service;
        if (from != null) {
            from.request(1);
        }
    }

    @Override
    public void onWebSocketText(String text) {
        WebSocket to = service;
        if (to == null) {
            return;
        }
        to.sendText(text, true)
                .whenComplete((sent, failure) -> {
                    if (failure == null) {
                        demand();
                    } else {
                        closeClient(CloseCode.TOO_SLOW.code(), CloseCode.TOO_SLOW.reason());
                    }
                });
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        callback.succeed();
        close(CloseCode.BINARY);
        demand();
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        Session to = client;
        if (to != null) {
            to.sendPong(payload, Callback.NOOP);
        }
        demand();
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        demand();
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        LOG.debug("a passed socket broke: {}", cause.toString());
    }

    @Override
    public void onWebSocketClose(int statusCode, String reason, Callback callback) {
        callback.succeed();
        open.remove(this);
        closeService(statusCode, reason == null ? "" : reason);
    }

    private void demand() {
        Session from = client;
        if (from != null && from.isOpen()) {
            from.demand();
        }
    }

    private void closeClient(int code, String reason) {
        Session to = client;
        if (to != null) {
            to.close(code, reason, Callback.NOOP);
        }
    }

    private void closeService(int code, String reason) {
        WebSocket to = service;
        if (to == null || to.isOutputClosed()) {
            return;
        }
        // What a peer may not say on the wire (1005, 1006, 1015) becomes an ordinary farewell.
        int said = code == 1005 || code == 1006 || code == 1015 || code < 1000 ? 1000 : code;
        try {
            to.sendClose(said, reason)
                    .whenComplete((sent, failure) -> {
                        if (failure != null) {
                            to.abort();
                        }
                    });
        } catch (IllegalArgumentException e) {
            to.abort();
        }
    }

    // ---- The audit service's end -----------------------------------------------------------

    private final class Upstream implements WebSocket.Listener {

        @Override
        public void onOpen(WebSocket opened) {
            // Nothing is read before the client's end is open.
            service = opened;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence part, boolean last) {
            Session to = client;
            if (to != null) {
                to.sendPartialText(part.toString(), last, taken(from));
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket from, ByteBuffer part, boolean last) {
            Session to = client;
            if (to != null) {
                ByteBuffer copy = ByteBuffer.allocate(part.remaining()).put(part).flip();
                to.sendPartialBinary(copy, last, taken(from));
            }
            return null;
        }

        /** The next part is asked for when the client has taken this one. */
        private Callback taken(WebSocket from) {
            return Callback.from(() -> from.request(1), failure -> from.abort());
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closeClient(code == 1005 || code == 1006 ? StatusCode.NORMAL : code, reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            LOG.debug("the audit service's end broke: {}", failure.toString());
            closeClient(CloseCode.TOO_SLOW.code(), "the service is gone; come back later");
        }
    }
}

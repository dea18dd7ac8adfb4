package dev.parley.gateway.web;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.chat.ChatSession;
import dev.parley.gateway.chat.Inlet;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.OutFrame;
import dev.parley.gateway.chat.Registry;
import dev.parley.gateway.chat.Transport;
import dev.parley.schemas.frame.CloseCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket. Frames of the client are asked for one at a time, and only once a session is open.
 */
public final class WebSocketConnection implements Session.Listener, Transport {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final Registry registry;
    private final Inlets inlets;
    private final Identity identity;
    private final String address;
    private Registry.@Nullable Asked asked;
    private volatile @Nullable Session socket;
    private volatile @Nullable Inlet inlet;

    // Guarded by this.
    private @Nullable ChatSession session;
    private boolean ended;

    WebSocketConnection(
            Registry registry,
            Inlets inlets,
            Identity identity,
            String address,
            Registry.Asked asked) {
        this.registry = registry;
        this.inlets = inlets;
        this.identity = identity;
        this.address = address;
        this.asked = asked;
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        socket = opened;
        CloseCode refusal = registry.refusal(identity, address);
        if (refusal != null) {
            close(refusal);
            opened.demand();
            return;
        }
        Registry.Asked wanted = asked;
        asked = null;
        registry.open(identity, this, wanted == null ? Registry.Asked.NOTHING : wanted)
                .whenComplete((made, failure) -> {
                    if (failure != null) {
                        LOG.error("a session was not opened", failure);
                        close(CloseCode.TOO_SLOW);
                    } else if (made != null) {
                        opened(made);
                    }
                    opened.demand();
                });
    }

    private void opened(ChatSession made) {
        boolean late;
        synchronized (this) {
            session = made;
            late = ended;
        }
        inlet = inlets.of(made);
        if (late) {
            made.lineEnded();
        }
    }

    @Override
    public void onWebSocketText(String text) {
        Inlet to = inlet;
        try {
            if (to != null) {
                to.receive(text.getBytes(StandardCharsets.UTF_8));
            }
        } finally {
            demand();
        }
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        callback.succeed();
        ChatSession of;
        synchronized (this) {
            of = session;
        }
        if (of == null) {
            close(CloseCode.BINARY);
        } else {
            of.close(CloseCode.BINARY);
        }
        demand();
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        heard();
        Session to = socket;
        if (to != null) {
            to.sendPong(payload, Callback.NOOP);
        }
        demand();
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        heard();
        demand();
    }

    private void heard() {
        Inlet of = inlet;
        if (of != null) {
            of.heard();
        }
    }

    private void demand() {
        Session of = socket;
        if (of != null && of.isOpen()) {
            of.demand();
        }
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        LOG.debug("socket error: {}", cause.toString());
    }

    @Override
    public void onWebSocketClose(int statusCode, String reason, Callback callback) {
        callback.succeed();
        lineEnded();
    }

    private void lineEnded() {
        ChatSession of;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            of = session;
        }
        if (of != null) {
            of.lineEnded();
        }
    }

    // ---- Transport -------------------------------------------------------------------------

    @Override
    public String entrance() {
        return "ws";
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void write(OutFrame frame, Written written) {
        Session to = socket;
        if (to == null || !to.isOpen()) {
            written.done(false);
            return;
        }
        to.sendText(
                frame.json(),
                Callback.from(() -> written.done(true), failure -> written.done(false)));
    }

    @Override
    public void beat() {
        Session to = socket;
        if (to != null && to.isOpen()) {
            to.sendPing(EMPTY.duplicate(), Callback.NOOP);
        }
    }

    @Override
    public boolean expectsAnswers() {
        return true;
    }

    @Override
    public void close(CloseCode code) {
        Session of = socket;
        if (of != null) {
            of.close(code.code(), code.reason(), Callback.NOOP);
        }
    }

    @Override
    public void abort() {
        Session of = socket;
        if (of != null) {
            of.disconnect();
        }
        lineEnded();
    }
}

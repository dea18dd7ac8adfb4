package dev.parley.gateway.web;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.chat.ChatSession;
import dev.parley.gateway.chat.Inlet;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.OutFrame;
import dev.parley.gateway.chat.Registry;
import dev.parley.gateway.chat.Transport;
import dev.parley.schemas.frame.CloseCode;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Utf8StringBuilder;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.BadPayloadException;
import org.eclipse.jetty.websocket.core.exception.MessageTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket, on the container's frames themselves: its sessions for applications keep the request
 * of the handshake and cost more than all the rest of an idle connection. Frames of the client are
 * asked for one at a time, and only once a session is open.
 */
final class WebSocketConnection implements FrameHandler, Transport {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

    /** A message is cut into so many at the most, or it may be one that never ends. */
    private static final int FRAGMENTS_MAX = 1_024;

    private final Registry registry;
    private final Inlets inlets;
    private final Identity identity;
    private final String address;
    private Registry.@Nullable Asked asked;
    private volatile @Nullable CoreSession socket;
    private volatile @Nullable Inlet inlet;

    /** Of a message whose first frames have come; frames come one after the other. */
    private @Nullable Utf8StringBuilder partial;

    private int partialBytes;
    private int fragments;

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
    public void onOpen(CoreSession opened, Callback callback) {
        socket = opened;
        callback.succeeded();
        CloseCode refusal = registry.refusal(identity, address);
        if (refusal != null) {
            close(refusal);
            demand();
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
                    demand();
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
    public void onFrame(Frame frame, Callback callback) {
        try {
            switch (frame.getOpCode()) {
                case OpCode.PING -> {
                    heard();
                    answer(frame, callback);
                    return;
                }
                case OpCode.PONG -> heard();
                case OpCode.TEXT, OpCode.CONTINUATION -> onText(frame);
                case OpCode.BINARY -> refuse(CloseCode.BINARY);
                default -> {
                    // A close frame, which the container answers.
                }
            }
        } catch (RuntimeException e) {
            partial = null;
            callback.failed(e);
            return;
        }
        callback.succeeded();
        demand();
    }

    /** The next frame is read when the answer was written: who does not read is not read. */
    private void answer(Frame ping, Callback callback) {
        CoreSession to = socket;
        if (to == null || !to.isOutputOpen()) {
            callback.succeeded();
            demand();
            return;
        }
        to.sendFrame(
                new Frame(OpCode.PONG, BufferUtil.copy(ping.getPayload())),
                Callback.from(
                        () -> {
                            callback.succeeded();
                            demand();
                        },
                        callback::failed),
                false);
    }

    private void onText(Frame frame) {
        Utf8StringBuilder text = partial == null ? new Utf8StringBuilder() : partial;
        partial = text;
        if (frame.hasPayload()) {
            partialBytes += frame.getPayloadLength();
            if (partialBytes > inlets.frameBytesMax()) {
                throw new MessageTooLargeException("a message is too long");
            }
            text.append(frame.getPayload());
        }
        if (!frame.isFin()) {
            if (text.hasCodingErrors()) {
                throw new BadPayloadException.InvalidUtf8();
            }
            if (++fragments == FRAGMENTS_MAX) {
                refuse(CloseCode.BAD_FRAMES);
            }
            return;
        }
        partial = null;
        partialBytes = 0;
        fragments = 0;
        String whole = text.takeCompleteString(BadPayloadException.InvalidUtf8::new);
        Inlet to = inlet;
        if (to != null) {
            to.receive(whole.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void refuse(CloseCode code) {
        ChatSession of;
        synchronized (this) {
            of = session;
        }
        if (of == null) {
            close(code);
        } else {
            of.close(code);
        }
    }

    private void heard() {
        Inlet of = inlet;
        if (of != null) {
            of.heard();
        }
    }

    private void demand() {
        CoreSession of = socket;
        if (of != null && of.isInputOpen()) {
            of.demand();
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug("socket error: {}", cause.toString());
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        callback.succeeded();
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
        CoreSession to = socket;
        if (to == null || !to.isOutputOpen()) {
            written.done(false);
            return;
        }
        to.sendFrame(
                new Frame(OpCode.TEXT, frame.json()),
                Callback.from(() -> written.done(true), failure -> written.done(false)),
                false);
    }

    @Override
    public void beat() {
        CoreSession to = socket;
        if (to != null && to.isOutputOpen()) {
            to.sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
        }
    }

    @Override
    public boolean expectsAnswers() {
        return true;
    }

    @Override
    public void close(CloseCode code) {
        CoreSession of = socket;
        if (of != null) {
            of.close(code.code(), code.reason(), Callback.NOOP);
        }
    }

    @Override
    public void abort() {
        CoreSession of = socket;
        if (of != null) {
            of.abort();
        }
        lineEnded();
    }
}

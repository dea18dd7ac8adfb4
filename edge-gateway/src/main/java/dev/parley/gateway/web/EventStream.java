package dev.parley.gateway.web;

import dev.parley.gateway.chat.ChatSession;
import dev.parley.gateway.chat.OutFrame;
import dev.parley.gateway.chat.Transport;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of server-sent events on an asynchronous response: no thread waits for the client. A
 * frame is {@code id} (its cursor) and {@code data} (the same bytes as on a WebSocket).
 */
final class EventStream implements Transport, WriteListener, AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RETRY = "retry: 1000\n\n".getBytes(StandardCharsets.US_ASCII);

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final String address;

    // Guarded by this.
    private byte @Nullable [] waiting;
    private @Nullable Written written;
    private boolean beatDue;
    private boolean completeDue;
    private boolean writable;
    private boolean over;
    private @Nullable ChatSession session;

    EventStream(AsyncContext async, ServletOutputStream out, String address) {
        this.async = async;
        this.address = address;
        this.out = out;
    }

    /** Begins; before it nothing is written. */
    void start() {
        waiting = RETRY;
        async.addListener(this);
        out.setWriteListener(this);
    }

    /** The session that ends when the stream does. */
    void belongsTo(ChatSession opened) {
        boolean late;
        synchronized (this) {
            session = opened;
            late = over;
        }
        if (late) {
            opened.lineEnded();
        }
    }

    @Override
    public String entrance() {
        return "sse";
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void write(OutFrame frame, Written then) {
        StringBuilder event = new StringBuilder(frame.json().length() + 64);
        if (frame.cursor() != null) {
            event.append("id: ").append(frame.cursor()).append('\n');
        }
        event.append("data: ").append(frame.json()).append("\n\n");
        byte[] bytes = event.toString().getBytes(StandardCharsets.UTF_8);
        boolean failed;
        synchronized (this) {
            failed = over;
            if (!over) {
                // One frame at a time; the preamble may still stand before the first.
                waiting = waiting == null ? bytes : joined(waiting, bytes);
                written = then;
            }
        }
        if (failed) {
            then.done(false);
        } else {
            flush();
        }
    }

    @Override
    public void beat() {
        synchronized (this) {
            beatDue = true;
        }
        flush();
    }

    @Override
    public boolean expectsAnswers() {
        return false;
    }

    /** What a WebSocket says by its close code is an error frame here, since a stream has none. */
    @Override
    public void close(CloseCode code) {
        ErrorCode meaning =
                switch (code) {
                    case TOKEN_EXPIRED -> ErrorCode.UNAUTHENTICATED;
                    case BLOCKED -> ErrorCode.BLOCKED;
                    case TAKEN_OVER -> ErrorCode.CONFLICT;
                    case TOO_SLOW, TOO_MANY_CONNECTIONS -> ErrorCode.OVERLOADED;
                    case PROTOCOL_ERROR, BINARY, NOT_UTF8, BAD_FRAMES, TOO_BIG ->
                            ErrorCode.BAD_FRAME;
                    case NORMAL, GOING_AWAY, DRAINED -> null;
                };
        synchronized (this) {
            if (meaning != null && !over) {
                byte[] last =
                        ("data: "
                                        + Json.writeText(
                                                ServerFrame.Failure.of(meaning, code.reason()))
                                        + "\n\n")
                                .getBytes(StandardCharsets.UTF_8);
                waiting = waiting == null ? last : joined(waiting, last);
            }
            completeDue = true;
        }
        flush();
    }

    @Override
    public void abort() {
        end();
    }

    @Override
    public void onWritePossible() {
        synchronized (this) {
            writable = true;
        }
        flush();
    }

    /** Writes what waits as long as the response takes it without waiting. */
    private void flush() {
        Written then;
        boolean complete;
        try {
            synchronized (this) {
                if (over || !writable) {
                    return;
                }
                if (!put()) {
                    writable = false;
                    return;
                }
                then = written;
                written = null;
                complete = completeDue;
            }
        } catch (IOException | IllegalStateException e) {
            onError(e);
            return;
        }
        if (then != null) {
            then.done(true);
        }
        if (complete) {
            end();
        }
    }

    /** Whether everything was taken. */
    private boolean put() throws IOException {
        while (out.isReady()) {
            if (waiting != null) {
                byte[] bytes = waiting;
                waiting = null;
                out.write(bytes);
            } else if (beatDue) {
                beatDue = false;
                out.write(COMMENT);
            } else {
                out.flush();
                return out.isReady();
            }
        }
        return false;
    }

    private void end() {
        ChatSession of;
        Written then;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            of = session;
            then = written;
            written = null;
        }
        try {
            async.complete();
        } catch (IllegalStateException e) {
            LOG.debug("a stream was over already: {}", e.toString());
        }
        if (then != null) {
            then.done(false);
        }
        if (of != null) {
            of.lineEnded();
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Override
    public void onError(Throwable cause) {
        LOG.debug("a stream broke: {}", cause.toString());
        end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        end();
    }

    @Override
    public void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Started once.
    }
}

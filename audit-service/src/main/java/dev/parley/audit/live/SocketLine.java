package dev.parley.audit.live;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** A WebSocket as a line. What the reader sends is read and passed over. */
public final class SocketLine implements Session.Listener.AutoDemanding, Line {

    private final Duration patience;
    private final Consumer<SocketLine> opened;
    private final Runnable closed;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable Session socket;

    /**
     * @param opened called when the line can be used
     * @param closed called once when it is over
     */
    public SocketLine(Duration patience, Consumer<SocketLine> opened, Runnable closed) {
        this.patience = patience;
        this.opened = opened;
        this.closed = closed;
    }

    @Override
    public void onWebSocketOpen(Session session) {
        socket = session;
        opened.accept(this);
    }

    @Override
    public void onWebSocketClose(int statusCode, String reason, Callback callback) {
        callback.succeed();
        ended();
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        ended();
    }

    private synchronized void ended() {
        if (over.getCount() > 0) {
            over.countDown();
            closed.run();
        }
    }

    @Override
    public void send(String json) throws IOException {
        await(done -> current().sendText(json, done));
    }

    @Override
    public void beat() throws IOException {
        await(done -> current().sendPing(ByteBuffer.allocate(0), done));
    }

    private void await(Consumer<Callback> sending) throws IOException {
        Callback.Completable done = new Callback.Completable();
        sending.accept(done);
        try {
            done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the reader does not take it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Session current() {
        Session now = socket;
        if (now == null) {
            throw new IllegalStateException("used before it was open");
        }
        return now;
    }

    @Override
    public void close(CloseCode code) {
        Session now = socket;
        if (now != null && now.isOpen()) {
            now.close(
                    code.code(),
                    code.reason(),
                    Callback.from(() -> {}, failure -> now.disconnect()));
        }
    }

    @Override
    public boolean isOpen() {
        Session now = socket;
        return over.getCount() > 0 && now != null && now.isOpen();
    }
}

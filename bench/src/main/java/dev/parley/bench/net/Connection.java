package dev.parley.bench.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One TCP connection of an {@link EventLoop}. */
public final class Connection {

    /** Bytes that wait for a peer that does not read; past it the connection is closed. */
    private static final long PENDING_BYTES_MAX = 64L << 20;

    private final SocketChannel channel;
    private final Handler handler;
    private final Queue<ByteBuffer> pending = new ArrayDeque<>();
    private long pendingBytes;
    private @Nullable SelectionKey key;
    private boolean closed;
    private boolean reads = true;

    Connection(SocketChannel channel, Handler handler) {
        this.channel = channel;
        this.handler = handler;
    }

    /** Sends what the socket takes now and keeps the rest; the buffer belongs to the connection. */
    public void write(ByteBuffer bytes) {
        if (closed) {
            return;
        }
        try {
            if (pending.isEmpty()) {
                channel.write(bytes);
            }
            if (bytes.hasRemaining()) {
                keep(bytes);
            }
        } catch (IOException e) {
            close(e);
        }
    }

    public void close() {
        close(null);
    }

    /** From now on nothing is read: the peer's bytes stay with the peer. */
    public void stopReading() {
        reads = false;
        interest(pending.isEmpty() ? 0 : SelectionKey.OP_WRITE);
    }

    public boolean isOpen() {
        return !closed;
    }

    Handler handler() {
        return handler;
    }

    SocketChannel channel() {
        return channel;
    }

    void registered(SelectionKey key) {
        this.key = key;
    }

    void close(@Nullable Throwable reason) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way, and the first reason is the one to tell.
        }
        handler.closed(reason);
    }

    /** The socket takes bytes again. */
    void flush() throws IOException {
        while (!pending.isEmpty()) {
            ByteBuffer first = pending.element();
            pendingBytes -= channel.write(first);
            if (first.hasRemaining()) {
                return;
            }
            pending.remove();
        }
        interest(SelectionKey.OP_READ);
    }

    private void keep(ByteBuffer bytes) throws IOException {
        pendingBytes += bytes.remaining();
        if (pendingBytes > PENDING_BYTES_MAX) {
            throw new IOException("the peer has not read " + pendingBytes + " bytes");
        }
        pending.add(bytes);
        interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    private void interest(int operations) {
        if (key != null && key.isValid()) {
            key.interestOps(reads ? operations : operations & ~SelectionKey.OP_READ);
        }
    }
}

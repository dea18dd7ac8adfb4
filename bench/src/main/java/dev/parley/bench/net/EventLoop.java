package dev.parley.bench.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thread, one selector, any number of connections and timers. */
public final class EventLoop implements AutoCloseable {

    private static final int READ_BYTES = 256 * 1024;
    private static final int ACCEPT_BACKLOG = 1024;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private volatile boolean closed;
    private long timersMade;

    /** Due at {@code atNanos}; {@code order} keeps timers of one moment in the order made. */
    private record Timer(long atNanos, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            // Differences, since the clock's origin is arbitrary and it may wrap.
            long byTime = atNanos - other.atNanos;
            return byTime != 0 ? Long.signum(byTime) : Long.compare(order, other.order);
        }
    }

    private EventLoop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    public static EventLoop start(String name) {
        EventLoop loop = new EventLoop(name);
        loop.thread.start();
        return loop;
    }

    /** Runs on the loop's thread, soon; from any thread. */
    public void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /**
     * Runs on the loop's thread, not before {@code atNanos} of {@link System#nanoTime()} and
     * usually less than a millisecond after it; from any thread.
     */
    public void at(long atNanos, Runnable task) {
        if (Thread.currentThread() == thread) {
            timers.add(new Timer(atNanos, timersMade++, task));
        } else {
            execute(() -> at(atNanos, task));
        }
    }

    /** Opens a connection; the handler hears of success or failure. From any thread. */
    public void connect(InetSocketAddress address, Handler handler) {
        connect(address, null, handler);
    }

    /**
     * As {@link #connect(InetSocketAddress, Handler)}, from a local address: one address has fewer
     * ports than a server has room for clients.
     */
    public void connect(
            InetSocketAddress address, @Nullable InetSocketAddress from, Handler handler) {
        execute(() -> connectNow(address, from, handler));
    }

    /** Listens on the address (port 0: any free one) and returns the real one. */
    public InetSocketAddress listen(InetSocketAddress address, Supplier<Handler> handlers)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(address, ACCEPT_BACKLOG);
            server.configureBlocking(false);
            InetSocketAddress bound = (InetSocketAddress) server.getLocalAddress();
            execute(() -> registerServer(server, handlers));
            return bound;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** Closes every connection and ends the thread. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                select();
                for (SelectionKey key : selector.selectedKeys()) {
                    ready(key);
                }
                selector.selectedKeys().clear();
                runTasks();
                runTimers();
            }
            selector.keys().forEach(EventLoop::end);
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void select() throws IOException {
        if (!tasks.isEmpty()) {
            selector.selectNow();
            return;
        }
        Timer next = timers.peek();
        if (next == null) {
            selector.select();
            return;
        }
        long waitNanos = next.atNanos() - System.nanoTime();
        if (waitNanos <= 0) {
            selector.selectNow();
        } else {
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
        }
    }

    private void runTasks() {
        // Only what stood here at the start: a task that adds one must not starve the sockets.
        for (int left = tasks.size(); left > 0; left--) {
            Runnable task = tasks.poll();
            if (task != null) {
                task.run();
            }
        }
    }

    private void runTimers() {
        long now = System.nanoTime();
        for (Timer next = timers.peek();
                next != null && next.atNanos() - now <= 0;
                next = timers.peek()) {
            timers.poll();
            next.task().run();
        }
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        switch (key.attachment()) {
            case Supplier<?> handlers -> accept(key, handlers);
            case Connection connection -> transfer(key, connection);
            default -> throw new AssertionError("nothing else is registered");
        }
    }

    private void accept(SelectionKey key, Supplier<?> handlers) {
        try {
            SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
            if (channel != null) {
                Connection connection = prepare(channel, (Handler) handlers.get());
                register(connection, SelectionKey.OP_READ);
                connection.handler().opened(connection);
            }
        } catch (IOException e) {
            // The peer left before it was taken; the next one is served.
        }
    }

    private void transfer(SelectionKey key, Connection connection) {
        try {
            if (key.isConnectable()) {
                connection.channel().finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                connection.handler().opened(connection);
            }
            if (key.isValid() && key.isWritable()) {
                connection.flush();
            }
            if (key.isValid() && key.isReadable()) {
                read(connection);
            }
        } catch (IOException | RuntimeException e) {
            connection.close(e);
        }
    }

    private void read(Connection connection) throws IOException {
        readBuffer.clear();
        int count = connection.channel().read(readBuffer);
        if (count < 0) {
            connection.close(null);
            return;
        }
        long now = System.nanoTime();
        readBuffer.flip();
        connection.handler().received(readBuffer, now);
    }

    private void connectNow(
            InetSocketAddress address, @Nullable InetSocketAddress from, Handler handler) {
        @Nullable Connection connection = null;
        try {
            connection = prepare(SocketChannel.open(), handler);
            if (from != null) {
                connection.channel().bind(from);
            }
            boolean connected = connection.channel().connect(address);
            register(connection, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
            if (connected) {
                handler.opened(connection);
            }
        } catch (IOException | RuntimeException e) {
            if (connection != null) {
                connection.close(e);
            } else {
                handler.closed(e);
            }
        }
    }

    private static Connection prepare(SocketChannel channel, Handler handler) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Connection(channel, handler);
    }

    private void register(Connection connection, int operations) throws IOException {
        connection.registered(connection.channel().register(selector, operations, connection));
    }

    private void registerServer(ServerSocketChannel server, Supplier<Handler> handlers) {
        try {
            server.register(selector, SelectionKey.OP_ACCEPT, handlers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(SelectionKey key) {
        if (key.attachment() instanceof Connection connection) {
            connection.close(null);
            return;
        }
        try {
            key.channel().close();
        } catch (IOException e) {
            // The process ends with it.
        }
    }
}

package dev.parley.worker.tool.mcp;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that is a process of this worker: a message a line on its input and output. */
final class StdioLink extends Link {

    private static final Logger LOG = LoggerFactory.getLogger(StdioLink.class);
    private static final int LOG_CHARS_MAX = 300;
    private static final int ERROR_LINE_BYTES_MAX = 64 << 10;

    private final String server;
    private final List<String> command;
    private final Map<String, String> environment;
    private final int messageBytesMax;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile @Nullable ChildProcess child;
    private volatile boolean shut;
    private volatile String lastError = "";

    StdioLink(
            Listener listener,
            String server,
            List<String> command,
            Map<String, String> environment,
            int messageBytesMax) {
        super(listener);
        this.server = server;
        this.command = command;
        this.environment = environment;
        this.messageBytesMax = messageBytesMax;
    }

    @Override
    void open() throws IOException {
        ChildProcess started = ChildProcess.start(command, environment);
        child = started;
        if (shut) {
            started.kill();
            return;
        }
        Thread.ofVirtual().name("mcp-err-" + server).start(() -> readErrors(started));
        Thread.ofVirtual().name("mcp-in-" + server).start(() -> read(started));
    }

    @Override
    void send(byte[] message, @Nullable Object requestId) throws IOException {
        ChildProcess running = child;
        if (running == null) {
            throw new IOException("the process does not run");
        }
        byte[] line = new byte[message.length + 1];
        System.arraycopy(message, 0, line, 0, message.length);
        line[message.length] = '\n';
        writing.lock();
        try {
            OutputStream out = running.input();
            out.write(line);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    @Override
    void drop(Object requestId) {
        // Its response, should it come, has nobody to go to.
    }

    @Override
    void shut() {
        shut = true;
        ChildProcess running = child;
        if (running != null) {
            running.kill();
        }
    }

    private void read(ChildProcess from) {
        String reason;
        try {
            Lines lines = new Lines(from.output(), messageBytesMax);
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank() && !received(line)) {
                    LOG.debug("server {} wrote something that is no message", server);
                }
            }
            reason = from.ending() + (lastError.isEmpty() ? "" : ": " + lastError);
        } catch (Lines.OverlongException e) {
            reason = "it sent " + e.getMessage();
        } catch (IOException e) {
            reason = "its output cannot be read: " + e.getMessage();
        }
        lost(reason);
    }

    private void readErrors(ChildProcess from) {
        try {
            Lines lines = new Lines(from.errors(), ERROR_LINE_BYTES_MAX);
            for (String line = lines.next(); line != null; line = lines.next()) {
                String cut =
                        line.length() > LOG_CHARS_MAX ? line.substring(0, LOG_CHARS_MAX) : line;
                if (!cut.isBlank()) {
                    lastError = cut.strip();
                    LOG.debug("server {}: {}", server, cut);
                }
            }
        } catch (IOException e) {
            LOG.debug("the error output of server {} ended: {}", server, e.toString());
        }
    }
}

package dev.parley.audit.replay;

import dev.parley.audit.live.SocketLine;
import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A WebSocket: one text message a frame. */
final class SocketSink implements ReplaySink {

    private static final Logger LOG = LoggerFactory.getLogger(SocketSink.class);

    private final SocketLine line;

    private SocketSink(SocketLine line) {
        this.line = line;
    }

    /** Plays on a thread of its own, and closes the socket at the end. */
    static void start(SocketLine line, ReplayPlayer player, Replay replay, @Nullable Long from) {
        Thread.ofVirtual()
                .name("replay-" + replay.id())
                .start(() -> {
                    try {
                        player.play(replay, from, new SocketSink(line));
                        line.close(CloseCode.NORMAL);
                    } catch (IOException e) {
                        LOG.debug("a client of replay {} is gone: {}", replay.id(), e.toString());
                        line.close(CloseCode.TOO_SLOW);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        line.close(CloseCode.GOING_AWAY);
                    } catch (RuntimeException e) {
                        LOG.warn("replay {} could not be played on", replay.id(), e);
                        line.close(CloseCode.TOO_SLOW);
                    }
                });
    }

    @Override
    public void frame(long positionMs, byte[] json) throws IOException {
        requireOpen();
        line.send(new String(json, StandardCharsets.UTF_8));
    }

    @Override
    public void alive() throws IOException {
        requireOpen();
        line.beat();
    }

    private void requireOpen() throws IOException {
        if (!line.isOpen()) {
            throw new IOException("closed");
        }
    }
}

package dev.parley.worker.provider.openai;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has connections that were dropped closed at once. The JDK's HTTP client closes a connection by
 * half, and by whole when its selector looks the next time; where nothing else happens that is
 * after 3 s, in which a service goes on talking. The selector looks when there is a new connection:
 * here to a port of this process that answers nothing and hangs up.
 */
final class SelectorWaker {

    private static final Logger LOG = LoggerFactory.getLogger(SelectorWaker.class);

    /** The half close comes within moments of a drop, on another thread. */
    private static final int[] AFTER_MS = {5, 50, 200};

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** A wake-up that nobody hangs up on is given up. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** One for all clients of this process; null where none could be opened. */
    private static final @Nullable URI PORT = open();

    private final HttpClient http;

    SelectorWaker(HttpClient http) {
        this.http = http;
    }

    private static @Nullable URI open() {
        try {
            ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().daemon().name("selector-waker").start(() -> hangUp(port));
            return URI.create(
                    "http://%s:%d/"
                            .formatted(
                                    port.getInetAddress().getHostAddress(), port.getLocalPort()));
        } catch (IOException e) {
            LOG.warn("dropped connections to providers may be closed late: {}", e.toString());
            return null;
        }
    }

    private static void hangUp(ServerSocket port) {
        while (true) {
            try {
                port.accept().close();
            } catch (IOException e) {
                // Mostly since there are no descriptors left: not to be asked for without a pause.
                LOG.debug("a wake-up was not taken: {}", e.toString());
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /** Returns at once. */
    void wake() {
        if (PORT == null) {
            return;
        }
        HttpRequest request = HttpRequest.newBuilder(PORT).timeout(TIMEOUT).build();
        for (int afterMs : AFTER_MS) {
            CompletableFuture.runAsync(
                    () -> http.sendAsync(request, HttpResponse.BodyHandlers.discarding()),
                    CompletableFuture.delayedExecutor(afterMs, TimeUnit.MILLISECONDS));
        }
    }
}

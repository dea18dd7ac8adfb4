package dev.parley.e2e.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free loopback ports below the range from which the system serves outgoing connections, so that a
 * service finds its port again after a restart.
 */
final class Ports {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST_EXCLUSIVE = 32_768;
    private static final int TRIALS_MAX = 1_000;

    private Ports() {}

    static int free() {
        for (int trial = 0; trial < TRIALS_MAX; trial++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST_EXCLUSIVE);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress("127.0.0.1", port), 1);
                return port;
            } catch (IOException e) {
                // Somebody's.
            }
        }
        throw new AssertionError("no port is free below " + HIGHEST_EXCLUSIVE);
    }
}

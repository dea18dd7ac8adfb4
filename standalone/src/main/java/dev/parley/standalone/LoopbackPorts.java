package dev.parley.standalone;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Free ports on the loopback address for parts that must know each other's before they start.
 *
 * <p>They lie below the range from which the operating system serves outgoing connections: a port
 * that is free now stays so while this process opens hundreds of those. Another server may still
 * take one; who binds it tries again with a fresh one where it can.
 */
final class LoopbackPorts {

    static final String ADDRESS = "127.0.0.1";

    private static final int LOWEST = 20_000;

    /** Linux hands out ports from 32,768 on, macOS from 49,152. */
    private static final int HIGHEST_EXCLUSIVE = 32_768;

    private static final int TRIALS_MAX = 1_000;

    private LoopbackPorts() {}

    /** Distinct ports that nobody listens on at this moment. */
    static List<Integer> free(int count) {
        RandomGenerator random = RandomGenerator.getDefault();
        List<Integer> ports =
                IntStream.generate(() -> random.nextInt(LOWEST, HIGHEST_EXCLUSIVE))
                        .limit(TRIALS_MAX)
                        .distinct()
                        .filter(port -> isFree(ADDRESS, port))
                        .limit(count)
                        .boxed()
                        .toList();
        if (ports.size() < count) {
            throw new IllegalStateException(
                    "No free port between " + LOWEST + " and " + HIGHEST_EXCLUSIVE);
        }
        return ports;
    }

    /** Whether a server could bind this port now. Port 0 always can. */
    static boolean isFree(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}

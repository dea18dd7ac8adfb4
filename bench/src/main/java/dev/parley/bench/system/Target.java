package dev.parley.bench.system;

import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A running system.
 *
 * @param address of the gateway
 * @param secret that it verifies tokens with
 * @param pid of its process; null when it was started elsewhere
 * @param bootstrapServers of its broker; null when not known
 */
public record Target(
        URI address, String secret, @Nullable Long pid, @Nullable String bootstrapServers) {

    public InetSocketAddress socketAddress() {
        int port = address.getPort();
        return new InetSocketAddress(address.getHost(), port < 0 ? 80 : port);
    }
}

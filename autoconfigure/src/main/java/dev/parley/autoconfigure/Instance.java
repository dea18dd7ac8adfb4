package dev.parley.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Random;

/**
 * This process of a service.
 *
 * @param service for example {@code edge-gateway}
 * @param id unique among all instances, stable for the life of the process
 */
public record Instance(String service, String id) {

    /** Named by host and a random suffix, so that a restarted process is another one. */
    public static Instance of(String service, Random random) {
        byte[] suffix = new byte[3];
        random.nextBytes(suffix);
        return new Instance(service, host() + "-" + HexFormat.of().formatHex(suffix));
    }

    /** For Kafka client ids, which must differ between clients of one JVM. */
    public String clientId(String role) {
        return service + "-" + role + "-" + id;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}

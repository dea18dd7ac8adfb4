package dev.parley.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one run is asked for.
 *
 * @param data folder that keeps everything
 * @param fresh whether to begin with an empty one
 * @param address on which the gateway listens; the other parts listen on the loopback address alone
 * @param port of the gateway; 0 takes a free one
 * @param managementPort of the gateway's health and metrics; 0 takes a free one
 * @param environment variables named {@code PARLEY_…}, as the services would read them on their own
 */
public record RunSettings(
        Path data,
        boolean fresh,
        String address,
        int port,
        int managementPort,
        Map<String, String> environment) {

    private static final String PREFIX = "PARLEY_";

    /** Keeps of the environment what is meant for Parley. */
    public RunSettings {
        Map<String, String> kept = new HashMap<>(environment);
        kept.keySet().removeIf(name -> !name.startsWith(PREFIX));
        environment = Map.copyOf(kept);
    }

    /** For tests and measurements: free ports on the loopback address, no variables. */
    public static RunSettings in(Path data) {
        return new RunSettings(data, false, LoopbackPorts.ADDRESS, 0, 0, Map.of());
    }

    /** The same with one more variable. */
    public RunSettings with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new RunSettings(data, fresh, address, port, managementPort, more);
    }

    /** The same on a chosen port. */
    public RunSettings onPort(int port) {
        return new RunSettings(data, fresh, address, port, managementPort, environment);
    }

    /** The variable's value; absent and empty are the same. */
    @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }
}

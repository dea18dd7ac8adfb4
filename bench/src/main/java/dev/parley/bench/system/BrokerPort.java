package dev.parley.bench.system;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the broker among the ports that a process listens on: the operating system chose it, and
 * the bare hops want the very broker that the pipeline uses.
 */
final class BrokerPort {

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final String LISTENING = "0A";
    private static final int TIMEOUT_MS = 500;
    private static final short API_VERSIONS = 18;
    private static final short PRODUCE = 0;
    private static final int ANSWER_BYTES_MAX = 65_536;

    private BrokerPort() {}

    /** {@code host:port}; absent when there is none, or no {@code /proc} to look in. */
    static Optional<String> of(long pid) {
        try {
            return ports(pid).stream()
                    .filter(BrokerPort::takesRecords)
                    .map(port -> "127.0.0.1:" + port)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Set<Integer> ports(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> sockets = sockets(process.resolve("fd"));
        Set<Integer> ports = new TreeSet<>();
        for (String table : new String[] {"net/tcp", "net/tcp6"}) {
            for (String line : Files.readAllLines(process.resolve(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9
                        && columns[3].equals(LISTENING)
                        && sockets.contains(columns[9])) {
                    int colon = columns[1].lastIndexOf(':');
                    ports.add(Integer.parseInt(columns[1].substring(colon + 1), 16));
                }
            }
        }
        return ports;
    }

    private static Set<String> sockets(Path descriptors) throws IOException {
        try (Stream<Path> links = Files.list(descriptors)) {
            return links.map(BrokerPort::socket)
                    .flatMap(Optional::stream)
                    .collect(Collectors.toSet());
        }
    }

    private static Optional<String> socket(Path link) {
        try {
            Matcher matcher = SOCKET.matcher(Files.readSymbolicLink(link).toString());
            return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
        } catch (IOException e) {
            // Closed since it was listed.
            return Optional.empty();
        }
    }

    /** Asks for the API versions; a controller answers too, but takes no records. */
    private static boolean takesRecords(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            // Size, API key, version 0, correlation id 1, no client id.
            out.writeInt(10);
            out.writeShort(API_VERSIONS);
            out.writeShort(0);
            out.writeInt(1);
            out.writeShort(-1);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int size = in.readInt();
            if (size < 10 || size > ANSWER_BYTES_MAX || in.readInt() != 1 || in.readShort() != 0) {
                return false;
            }
            for (int left = in.readInt(); left > 0; left--) {
                if (in.readShort() == PRODUCE) {
                    return true;
                }
                in.readInt();
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.parley.gateway.access;

import dev.parley.gateway.GatewaySettings;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The network address that a connection is counted for. It is the peer's, unless the peer is a
 * proxy that the configuration trusts. Each proxy appends to {@code X-Forwarded-For} whom it was
 * called by, so the list is read from its right end for as long as the one who said it is trusted;
 * what stands further left is the client's own invention.
 */
@Component
public final class ClientAddress {

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final List<Network> trusted;

    ClientAddress(GatewaySettings settings) {
        this.trusted =
                settings.trustedProxies().stream()
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .map(Network::parse)
                        .toList();
    }

    public String of(HttpServletRequest request) {
        return of(
                request.getRemoteAddr(),
                Collections.list(
                        request.getHeaders(FORWARDED_FOR) == null
                                ? Collections.emptyEnumeration()
                                : request.getHeaders(FORWARDED_FOR)));
    }

    String of(String peer, List<String> forwardedFor) {
        InetAddress last = literal(peer);
        if (last == null || !isTrusted(last)) {
            return peer;
        }
        List<String> hops = List.of(String.join(",", forwardedFor).split(","));
        for (String hop : hops.reversed()) {
            InetAddress said = literal(hop.strip());
            if (said == null) {
                break;
            }
            last = said;
            if (!isTrusted(last)) {
                break;
            }
        }
        return last.getHostAddress();
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }

    /**
     * Also as {@code 192.0.2.1:443} and {@code [2001:db8::1]:443}; never a name that is looked up.
     */
    private static @Nullable InetAddress literal(String text) {
        String address = text;
        int bracket = text.indexOf(']');
        if (text.startsWith("[") && bracket > 0) {
            address = text.substring(1, bracket);
        } else if (text.indexOf(':') > 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            address = text.substring(0, text.indexOf(':'));
        }
        if (address.isEmpty()) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private record Network(byte[] address, int bits) {

        static Network parse(String text) {
            int slash = text.indexOf('/');
            InetAddress of = literal(slash < 0 ? text : text.substring(0, slash));
            if (of == null) {
                throw invalid(text);
            }
            byte[] address = of.getAddress();
            int most = address.length * Byte.SIZE;
            try {
                int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
                if (bits < 0 || bits > most) {
                    throw invalid(text);
                }
                return new Network(address, bits);
            } catch (NumberFormatException e) {
                throw invalid(text);
            }
        }

        private static IllegalArgumentException invalid(String text) {
            return new IllegalArgumentException(
                    "PARLEY_TRUSTED_PROXIES has \""
                            + text
                            + "\", which is no address or network like 10.0.0.0/8");
        }

        boolean contains(InetAddress other) {
            byte[] bytes = other.getAddress();
            if (bytes.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % Byte.SIZE;
                if (((bytes[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}

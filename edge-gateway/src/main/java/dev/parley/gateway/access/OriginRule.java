package dev.parley.gateway.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * From which pages a browser may call (RFC 6454). A browser states its page's origin with every
 * WebSocket handshake and every request of another site; a program need not. Origins are compared
 * as scheme, host and port, never as text that starts or ends alike.
 */
public final class OriginRule {

    private final List<String> allowed;

    public OriginRule(List<String> allowed) {
        this.allowed =
                allowed.stream()
                        .map(String::strip)
                        .filter(o -> !o.isEmpty())
                        .map(o -> {
                            if (o.equals("*")) {
                                return o;
                            }
                            String origin = normalized(o);
                            if (origin == null) {
                                throw new IllegalArgumentException(
                                        "PARLEY_ALLOWED_ORIGINS has \""
                                                + o
                                                + "\", which is no origin");
                            }
                            return origin;
                        })
                        .toList();
    }

    /**
     * What a request says of where it comes from.
     *
     * @param origin the header, or null
     * @param host the {@code Host} header
     * @param fetchSite the browser's {@code Sec-Fetch-Site}, or null
     */
    public record Claim(
            @Nullable String origin,
            @Nullable String host,
            boolean secure,
            @Nullable String fetchSite) {}

    /**
     * Whether the page, if it is one, may call; {@code handshake}: a browser would say its origin.
     */
    public boolean allows(Claim claim, boolean handshake) {
        if (claim.origin() == null) {
            return claim.fetchSite() == null
                    || !handshake && !claim.fetchSite().equals("cross-site");
        }
        String origin = normalized(claim.origin());
        if (origin == null) {
            return false;
        }
        return allowed.contains("*") || allowed.contains(origin) || isSame(origin, claim);
    }

    /** Whether another site's page may read answers. */
    public boolean isListed(@Nullable String header) {
        String origin = header == null ? null : normalized(header);
        return origin != null && (allowed.contains("*") || allowed.contains(origin));
    }

    /**
     * A proxy that ends TLS leaves us http, so that the scheme of the same host is not compared.
     */
    private static boolean isSame(String origin, Claim claim) {
        if (claim.host() == null) {
            return false;
        }
        String http = normalized("http://" + claim.host());
        String https = normalized("https://" + claim.host());
        return origin.equals(http) || origin.equals(https);
    }

    /** {@code scheme://host:port} in lower case, the port always given; null for anything else. */
    static @Nullable String normalized(String origin) {
        try {
            URI uri = new URI(origin);
            String scheme = uri.getScheme();
            boolean bare =
                    (uri.getRawPath() == null || uri.getRawPath().isEmpty())
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null
                            && uri.getRawUserInfo() == null;
            if (scheme == null || uri.getHost() == null || !bare) {
                return null;
            }
            int port =
                    switch (scheme.toLowerCase(Locale.ROOT)) {
                        case "http" -> uri.getPort() < 0 ? 80 : uri.getPort();
                        case "https" -> uri.getPort() < 0 ? 443 : uri.getPort();
                        default -> -1;
                    };
            return port < 0
                    ? null
                    : scheme.toLowerCase(Locale.ROOT)
                            + "://"
                            + uri.getHost().toLowerCase(Locale.ROOT)
                            + ":"
                            + port;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}

package dev.parley.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request shows of who is calling. */
sealed interface Proof {

    record Bearer(String token) implements Proof {}

    record Ticket(String ticket) implements Proof {}

    record None() implements Proof {}

    /** The first of header, sub-protocol and query that is there; a bad one is not passed over. */
    static Proof of(HttpServletRequest request, boolean queryToken) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return bearer(authorization);
        }
        String ticket = protocolTicket(request);
        Query query = Query.of(request);
        if (ticket == null) {
            ticket = query.get("ticket");
        }
        if (ticket != null) {
            return new Ticket(ticket);
        }
        String token = queryToken ? query.get("token") : null;
        return token == null ? new None() : new Bearer(token);
    }

    private static Proof bearer(String authorization) {
        int space = authorization.indexOf(' ');
        return space > 0
                        && authorization
                                .substring(0, space)
                                .toLowerCase(Locale.ROOT)
                                .equals("bearer")
                ? new Bearer(authorization.substring(space + 1).strip())
                : new None();
    }

    private static @Nullable String protocolTicket(HttpServletRequest request) {
        var headers = request.getHeaders("Sec-WebSocket-Protocol");
        while (headers != null && headers.hasMoreElements()) {
            for (String protocol : headers.nextElement().split(",", 16)) {
                if (protocol.strip().startsWith("ticket.")) {
                    return protocol.strip().substring("ticket.".length());
                }
            }
        }
        return null;
    }
}

package dev.parley.gateway.web;

import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.RefusedException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What every WebSocket handshake is checked for before 101, in this order: method (405), origin
 * (403), identity (401), rights (403, 503), the protocol's own (426).
 */
@Component
final class Handshake {

    private static final String PROTOCOL = "parley.v1";
    private static final String VERSION = "13";

    private final AccessControl access;

    Handshake(AccessControl access) {
        this.access = access;
    }

    /** Who is calling; null: the request was answered with a refusal. */
    @Nullable Identity admitted(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!request.getMethod().equals("GET")) {
            response.setHeader("Allow", "GET");
            Problems.write(response, ErrorCode.BAD_FRAME, 405, "Only GET opens a WebSocket.");
            return null;
        }
        Identity identity;
        try {
            access.checkOrigin(request, true);
            identity = access.identify(request);
        } catch (RefusedException e) {
            Problems.write(response, e);
            return null;
        }
        if (!isWebSocket(request)) {
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Sec-WebSocket-Version", VERSION);
            Problems.write(
                    response, ErrorCode.BAD_FRAME, 426, "A WebSocket of version 13 is needed.");
            return null;
        }
        return identity;
    }

    /** Ours where it is offered; null: none. */
    static @Nullable String protocol(List<String> offered) {
        return offered.contains(PROTOCOL) ? PROTOCOL : null;
    }

    private static boolean isWebSocket(HttpServletRequest request) {
        String upgrade = request.getHeader("Upgrade");
        String connection = request.getHeader("Connection");
        return VERSION.equals(request.getHeader("Sec-WebSocket-Version"))
                && request.getHeader("Sec-WebSocket-Key") != null
                && upgrade != null
                && upgrade.toLowerCase(Locale.ROOT).equals("websocket")
                && connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade");
    }
}

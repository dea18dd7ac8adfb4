package dev.parley.gateway.web;

import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.Query;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.Registry;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.ServletContextAware;

/**
 * The handshake of {@code /ws/chat}. Everything is checked before 101, in this order: method (405),
 * origin (403), identity (401), rights (403, 503), the protocol's own (426).
 */
@Component
final class WebSocketEntrance implements HttpRequestHandler, ServletContextAware {

    static final String PROTOCOL = "parley.v1";
    private static final String VERSION = "13";

    private final AccessControl access;
    private final Registry registry;
    private final Inlets inlets;

    WebSocketEntrance(AccessControl access, Registry registry, Inlets inlets) {
        this.access = access;
        this.registry = registry;
        this.inlets = inlets;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!request.getMethod().equals("GET")) {
            response.setHeader("Allow", "GET");
            Problems.write(response, ErrorCode.BAD_FRAME, 405, "Only GET opens a WebSocket.");
            return;
        }
        Identity identity;
        try {
            access.checkOrigin(request, true);
            identity = access.identify(request);
        } catch (RefusedException e) {
            Problems.write(response, e);
            return;
        }
        if (!isWebSocket(request)) {
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Sec-WebSocket-Version", VERSION);
            Problems.write(
                    response, ErrorCode.BAD_FRAME, 426, "A WebSocket of version 13 is needed.");
            return;
        }
        if (registry.isDraining()) {
            Problems.write(response, ErrorCode.UNAVAILABLE, "The gateway is stopping.");
            return;
        }
        upgrade(request, response, identity);
    }

    private void upgrade(
            HttpServletRequest request, HttpServletResponse response, Identity identity)
            throws IOException {
        Query query = Query.of(request);
        JettyWebSocketServerContainer container =
                JettyWebSocketServerContainer.getContainer(request.getServletContext());
        container.upgrade(
                (asked, answer) -> {
                    if (asked.getSubProtocols().contains(PROTOCOL)) {
                        answer.setAcceptedSubProtocol(PROTOCOL);
                    }
                    // No compression: it costs more memory than all the rest of a connection.
                    answer.setExtensions(List.of());
                    return new WebSocketConnection(
                            registry,
                            inlets,
                            identity,
                            new WebSocketConnection.Asked(
                                    query.get("session"), query.get("cursor")));
                },
                request,
                response);
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

    /** The limits of every socket; the container is there, since the server has started by now. */
    @Override
    public void setServletContext(ServletContext context) {
        JettyWebSocketServerContainer container =
                JettyWebSocketServerContainer.getContainer(context);
        container.setMaxTextMessageSize(inlets.frameBytesMax());
        container.setMaxBinaryMessageSize(inlets.frameBytesMax());
        container.setMaxFrameSize(inlets.frameBytesMax());
        container.setAutoFragment(false);
        container.setInputBufferSize(1024);
        container.setOutputBufferSize(1024);
        // Silence is ours to notice: one timer for all instead of one each.
        container.setIdleTimeout(Duration.ZERO);
    }
}

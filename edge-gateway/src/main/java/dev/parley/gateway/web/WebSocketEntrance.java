package dev.parley.gateway.web;

import dev.parley.gateway.access.ClientAddress;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.Query;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.Registry;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.ServletContextAware;

/** The entrance of {@code /ws/chat}. */
@Component
final class WebSocketEntrance implements HttpRequestHandler, ServletContextAware {

    private final Handshake handshake;
    private final Registry registry;
    private final Inlets inlets;
    private final ClientAddress clientAddress;

    WebSocketEntrance(
            Handshake handshake, Registry registry, Inlets inlets, ClientAddress clientAddress) {
        this.clientAddress = clientAddress;
        this.handshake = handshake;
        this.registry = registry;
        this.inlets = inlets;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Identity identity = handshake.admitted(request, response);
        if (identity == null) {
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
        String address = clientAddress.of(request);
        JettyWebSocketServerContainer container =
                JettyWebSocketServerContainer.getContainer(request.getServletContext());
        container.upgrade(
                (asked, answer) -> {
                    Handshake.answer(asked, answer);
                    return new WebSocketConnection(
                            registry,
                            inlets,
                            identity,
                            address,
                            new Registry.Asked(query.get("session"), query.get("cursor")));
                },
                request,
                response);
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

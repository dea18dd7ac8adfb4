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
import java.util.List;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
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
    private final Configuration.ConfigurationCustomizer limits;

    WebSocketEntrance(
            Handshake handshake, Registry registry, Inlets inlets, ClientAddress clientAddress) {
        this.clientAddress = clientAddress;
        this.handshake = handshake;
        this.registry = registry;
        this.inlets = inlets;
        this.limits = limits(inlets.frameBytesMax());
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
        Registry.Asked wanted = new Registry.Asked(query.get("session"), query.get("cursor"));
        String address = clientAddress.of(request);
        WebSocketNegotiator negotiator =
                (asked, answer, callback) -> {
                    answer.setAcceptedSubProtocol(Handshake.protocol(asked.getSubProtocols()));
                    // No compression: it costs more memory than all the rest of a connection.
                    answer.setExtensions(List.of());
                    return new WebSocketConnection(registry, inlets, identity, address, wanted);
                };
        ServletContextRequest of = ServletContextRequest.getServletContextRequest(request);
        try (Blocker.Callback done = Blocker.callback()) {
            if (WebSocketMappings.getMappings(of.getServletContextHandler())
                    .upgrade(negotiator, of, of.getServletContextResponse(), done, limits)) {
                done.block();
            }
        }
    }

    /** Of every socket, those that are passed through too. */
    @Override
    public void setServletContext(ServletContext context) {
        JettyWebSocketServerContainer container =
                JettyWebSocketServerContainer.getContainer(context);
        container.setMaxTextMessageSize(limits.getMaxTextMessageSize());
        container.setMaxBinaryMessageSize(limits.getMaxBinaryMessageSize());
        container.setMaxFrameSize(limits.getMaxFrameSize());
        container.setAutoFragment(limits.isAutoFragment());
        container.setInputBufferSize(limits.getInputBufferSize());
        container.setOutputBufferSize(limits.getOutputBufferSize());
        container.setIdleTimeout(limits.getIdleTimeout());
    }

    private static Configuration.ConfigurationCustomizer limits(int frameBytesMax) {
        Configuration.ConfigurationCustomizer limits = new Configuration.ConfigurationCustomizer();
        limits.setMaxTextMessageSize(frameBytesMax);
        limits.setMaxBinaryMessageSize(frameBytesMax);
        limits.setMaxFrameSize(frameBytesMax);
        limits.setAutoFragment(false);
        limits.setInputBufferSize(1024);
        limits.setOutputBufferSize(1024);
        // Silence is ours to notice: one timer for all instead of one each.
        limits.setIdleTimeout(Duration.ZERO);
        return limits;
    }
}

package dev.parley.gateway.web;

import dev.parley.gateway.GatewaySettings;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.Query;
import dev.parley.gateway.access.RefusedException;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestHandler;

/**
 * WebSockets that the audit service answers: live flows and replays. Who is calling is proved here,
 * in any of the four ways, and said there by the caller's token. The audit service is asked before
 * the caller's handshake is answered, so that its refusal is the caller's.
 */
@Component
final class PassThrough implements HttpRequestHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PassThrough.class);
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int PING_EVERY_ROUNDS = 25;

    private final Handshake handshake;
    private final AccessControl access;
    private final GatewaySettings owners;
    private final HttpClient http;
    private final Duration connectTimeout;
    private final Set<PassedSocket> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("passed-sockets").factory());
    private int round;

    PassThrough(
            Handshake handshake,
            AccessControl access,
            GatewaySettings owners,
            ForwardSettings settings) {
        this.handshake = handshake;
        this.access = access;
        this.owners = owners;
        this.connectTimeout = settings.connectTimeout();
        this.http =
                HttpClient.newBuilder()
                        .connectTimeout(connectTimeout)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
        timer.scheduleWithFixedDelay(
                this::look, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Identity identity = handshake.admitted(request, response);
        if (identity == null) {
            return;
        }
        if (identity.bearer() == null) {
            Problems.write(response, ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
            return;
        }
        PassedSocket socket = connected(request, response, identity);
        if (socket == null) {
            return;
        }
        boolean upgraded = false;
        try {
            upgraded =
                    JettyWebSocketServerContainer.getContainer(request.getServletContext())
                            .upgrade(
                                    (asked, answer) -> {
                                        answer.setAcceptedSubProtocol(
                                                Handshake.protocol(asked.getSubProtocols()));
                                        answer.setExtensions(List.of());
                                        return socket;
                                    },
                                    request,
                                    response);
        } finally {
            if (!upgraded) {
                socket.abandon();
            }
        }
    }

    /** The audit service's end is open; null: its refusal was passed on. */
    private @Nullable PassedSocket connected(
            HttpServletRequest request, HttpServletResponse response, Identity identity)
            throws IOException {
        PassedSocket socket = new PassedSocket(identity, open);
        try {
            http.newWebSocketBuilder()
                    .connectTimeout(connectTimeout)
                    .header("Authorization", "Bearer " + identity.bearer())
                    .buildAsync(target(request), socket.upstream())
                    .join();
            return socket;
        } catch (IllegalArgumentException e) {
            Problems.write(response, ErrorCode.NOT_FOUND, "There is nothing here.");
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                refuse(response, refused.getResponse().statusCode());
            } else {
                LOG.warn("the audit service is not reached: {}", String.valueOf(e.getCause()));
                Problems.write(
                        response,
                        ErrorCode.UNAVAILABLE,
                        "The service that answers this is not reached.");
            }
        }
        return null;
    }

    private URI target(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (path.contains("..") || path.contains("//") || path.contains(";")) {
            throw new IllegalArgumentException(path);
        }
        String query = Query.withoutProof(request.getQueryString());
        String base = owners.auditUrl().toString().replaceAll("/+$", "");
        return URI.create(
                base.replaceFirst("^http", "ws") + path + (query == null ? "" : "?" + query));
    }

    private static void refuse(HttpServletResponse response, int status) throws IOException {
        switch (status) {
            case 400 -> Problems.write(response, ErrorCode.BAD_FRAME, "The request is not valid.");
            case 401 ->
                    Problems.write(response, ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
            case 403 -> Problems.write(response, ErrorCode.FORBIDDEN, "The role lacks the right.");
            case 404 -> Problems.write(response, ErrorCode.NOT_FOUND, "There is nothing here.");
            default ->
                    Problems.write(
                            response,
                            ErrorCode.UNAVAILABLE,
                            "The service that answers this does not.");
        }
    }

    /** Ends what may not go on, and finds sockets whose other end is gone. */
    private void look() {
        round++;
        for (PassedSocket socket : open) {
            try {
                access.recheck(socket.identity());
                if (round % PING_EVERY_ROUNDS == 0) {
                    socket.ping();
                }
            } catch (RefusedException e) {
                switch (e.code()) {
                    case BLOCKED -> socket.close(CloseCode.BLOCKED);
                    case UNAVAILABLE -> LOG.warn("rights of open sockets cannot be checked");
                    default -> socket.close(CloseCode.TOKEN_EXPIRED);
                }
            } catch (RuntimeException e) {
                LOG.error("a passed socket was not looked after", e);
            }
        }
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
        open.forEach(socket -> socket.close(CloseCode.DRAINED));
        http.shutdownNow();
    }
}

package dev.parley.gateway.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.ClientAddress;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.Query;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.chat.ChatSession;
import dev.parley.gateway.chat.Inlet;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.Registry;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ClientFrameReader;
import dev.parley.schemas.frame.ClientFrameReader.BadFrameException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Chat by server-sent events. What can be refused is refused before the stream begins. */
@RestController
class StreamEndpoints {

    private static final Logger LOG = LoggerFactory.getLogger(StreamEndpoints.class);

    private final AccessControl access;
    private final Registry registry;
    private final Inlets inlets;
    private final ElsewhereFrames elsewhere;
    private final ClientAddress clientAddress;

    StreamEndpoints(
            AccessControl access,
            Registry registry,
            Inlets inlets,
            ElsewhereFrames elsewhere,
            ClientAddress clientAddress) {
        this.elsewhere = elsewhere;
        this.clientAddress = clientAddress;
        this.access = access;
        this.registry = registry;
        this.inlets = inlets;
    }

    /** One message, its answer, the end. */
    @PostMapping(path = "/api/chat", consumes = MediaType.APPLICATION_JSON_VALUE)
    void chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Identity identity = identify(request);
        byte[] body = Body.readText(request, inlets.frameBytesMax());
        ClientFrame.Message message;
        try {
            message = ClientFrameReader.readMessage(body);
        } catch (BadFrameException e) {
            throw new ProblemException(e.code(), String.valueOf(e.getMessage()));
        }
        Query query = Query.of(request);
        stream(
                identity,
                new Registry.Asked(query.get("session"), query.get("cursor")),
                new Line(request, response),
                session -> inlets.of(session).only(message));
    }

    /** A session's long stream. */
    @GetMapping("/api/chat/stream")
    void stream(HttpServletRequest request, HttpServletResponse response) {
        Identity identity = identify(request);
        Query query = Query.of(request);
        String last = request.getHeader("Last-Event-ID");
        stream(
                identity,
                new Registry.Asked(
                        query.get("session"),
                        last == null || last.isBlank() ? query.get("cursor") : last.strip()),
                new Line(request, response),
                session -> {});
    }

    /**
     * A frame to a session, at any gateway: where the stream is open elsewhere, that gateway is
     * asked.
     */
    @PostMapping(path = "/api/chat/{sessionId}/frames", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<?> frames(@PathVariable String sessionId, HttpServletRequest request)
            throws IOException {
        Identity identity = identify(request);
        byte[] body = Body.readText(request, inlets.frameBytesMax());
        ClientFrame frame;
        try {
            frame = ClientFrameReader.read(body);
        } catch (BadFrameException e) {
            throw new ProblemException(e.code(), String.valueOf(e.getMessage()));
        }
        ChatSession session = registry.local(sessionId);
        if (session == null) {
            return elsewhere.post(sessionId, identity, body, ElsewhereFrames.isPassedOn(request));
        }
        if (!session.identity().userId().equals(identity.userId())) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no such session.");
        }
        Inlet inlet = inlets.of(session);
        inlet.heard();
        String messageId = inlet.take(frame);
        return ResponseEntity.accepted()
                .body(
                        messageId == null
                                ? Map.of("session_id", sessionId)
                                : Map.of("session_id", sessionId, "message_id", messageId));
    }

    private record Line(HttpServletRequest request, HttpServletResponse response) {}

    private void stream(
            Identity identity, Registry.Asked asked, Line line, Consumer<ChatSession> opened) {
        if (registry.isDraining()) {
            throw new ProblemException(ErrorCode.UNAVAILABLE, "The gateway is stopping.");
        }
        String address = clientAddress.of(line.request());
        if (registry.refusal(identity, address) != null) {
            throw new ProblemException(ErrorCode.RATE_LIMITED, "Too many connections.");
        }
        HttpServletResponse response = line.response();
        response.setStatus(200);
        response.setContentType("text/event-stream;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        AsyncContext async = line.request().startAsync();
        async.setTimeout(0);
        EventStream stream;
        try {
            stream = new EventStream(async, response.getOutputStream(), address);
        } catch (IOException e) {
            LOG.debug("a stream broke before it began: {}", e.toString());
            async.complete();
            return;
        }
        stream.start();
        registry.open(identity, stream, asked)
                .whenComplete((session, failure) -> {
                    if (failure != null) {
                        LOG.error("a session was not opened", failure);
                        stream.abort();
                    } else if (session != null) {
                        stream.belongsTo(session);
                        opened.accept(session);
                    }
                });
    }

    private Identity identify(HttpServletRequest request) {
        try {
            access.checkOrigin(request, false);
            return access.identify(request);
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }
}
